"""Many runs as cells that count them: the plane of two axes cut into pieces."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pages.shared.charts.positions import Positions, edges, is_number

CELLS = (44, 28)  # across and up, of axes with many numbers


def cells(runs: pd.DataFrame, x: Positions, y: Positions) -> pd.DataFrame:
    """Count runs in cells: columns x, x2, y, y2 (edges; NaN: in the strip), n, value (the median of `colour`)."""
    place = pd.DataFrame({"i": _cell(x, CELLS[0]), "j": _cell(y, CELLS[1]), "value": np.nan})
    if "colour" in runs and is_number(runs["colour"]):
        numbers = runs["colour"].to_numpy(np.float64, na_value=np.nan)
        place["value"] = np.where(np.isfinite(numbers), numbers, np.nan)
    found = place.groupby(["i", "j"], as_index=False).agg(n=("value", "size"), value=("value", "median"))
    for axis, at, cut in (("x", "i", edges(x, CELLS[0])), ("y", "j", edges(y, CELLS[1]))):
        inside, index = found[at] >= 0, found[at].clip(lower=0)
        found[axis], found[f"{axis}2"] = (np.where(inside, cut[index + side], np.nan) for side in (0, 1))
    return found.drop(columns=["i", "j"])


def _cell(of: Positions, most: int) -> npt.NDArray[np.int64]:
    cut = edges(of, most)
    return np.where(of.drawable, np.clip(np.searchsorted(cut, of.at, side="right") - 1, 0, len(cut) - 2), -1)
