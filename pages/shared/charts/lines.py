"""Long lines made ready for a picture: smoothed and thinned without a value that was not logged."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def running_median(values: npt.ArrayLike, window: int) -> Values:
    """Return the median of each value and its neighbours: `window` logged values in all, fewer towards the ends.

    Always an odd number of them, so each result is a value that was logged, and there are as many before as after.
    `window` is odd; 1 changes nothing. All values are finite: cut lines where they are not (see `stretches`).
    """
    x = np.asarray(values, dtype=np.float64)
    half, n = window // 2, len(x)
    smooth = x.copy()
    if n > 2 * half:
        # A rolling window of one length is fast; the shrinking ones at both ends are few.
        smooth[half : n - half] = np.median(np.lib.stride_tricks.sliding_window_view(x, 2 * half + 1), axis=1)
    for i in [*range(min(half, n)), *range(max(n - half, half), n)]:
        reach = min(i, n - 1 - i, half)
        smooth[i] = np.median(x[i - reach : i + reach + 1])
    return smooth


def stretches(usable: npt.ArrayLike) -> Places:
    """Number the stretches of a line that belong together, from 1: a new one after values that are not usable."""
    ok = np.asarray(usable, dtype=bool)
    before = np.concatenate([[False], ok[:-1]])
    return np.cumsum(ok & ~before)


def thinned(values: npt.ArrayLike, most: int) -> Places:
    """Choose at most `most` places of a line such that its picture stays the same; all where they are not more.

    The line is cut into equal parts, and of each part the first, the least, the largest and the last value stay, so
    every spike does. Values that are not finite stay where a part has no others.
    """
    x = np.asarray(values, dtype=np.float64)
    if len(x) <= max(most, 4):
        return np.arange(len(x))
    edges = np.linspace(0, len(x), max(1, most // 4) + 1).astype(int)[:-1]
    sizes = np.diff([*edges, len(x)])
    part = np.repeat(np.arange(len(edges)), sizes)
    finite = np.isfinite(x)
    order = np.lexsort((np.where(finite, x, np.inf), part))
    least = order[edges]
    order = np.lexsort((np.where(finite, -x, np.inf), part))
    largest = order[edges]
    return np.unique(np.concatenate([edges, edges + sizes - 1, least, largest]))


def thinned_rows(frame: pd.DataFrame, by: str, value: str, most: int) -> pd.DataFrame:
    """Thin each line of a table: rows of one `by`, in their order, to at most `most` rows."""
    if frame.empty:
        return frame
    kept = [part.iloc[thinned(part[value], most)] for _, part in frame.groupby(by, sort=False)]
    return pd.concat(kept, ignore_index=True)
