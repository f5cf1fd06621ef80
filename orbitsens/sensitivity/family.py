"""One family of hypotheses, corrected together: Holm for the strict verdict, Benjamini and Hochberg for a screening."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from orbitsens.sensitivity.array import Array

# Of the error rate of a family that also has interactions and the lack of fit, what its parameters get.
PARAMETERS_SHARE = 2.0 / 3.0


def holm(p: Array, weights: Array | None = None) -> Array:
    """Holm's step-down correction (1979), weighted if wanted; missing ones stay out."""
    known = np.flatnonzero(np.isfinite(p))
    share = np.ones(len(p)) if weights is None else weights
    order = known[np.argsort(p[known] / share[known], kind="stable")]
    left = np.cumsum(share[order][::-1])[::-1]
    found = np.full(len(p), np.nan)
    found[order] = np.minimum(np.maximum.accumulate(p[order] / share[order] * left), 1.0)
    return found


def false_discovery(p: Array) -> Array:
    """Benjamini and Hochberg's q values (1995); missing ones stay out."""
    known = pd.Series(p, dtype=float).dropna().sort_values(kind="stable", ascending=False)
    m = len(known)
    stepped = (known * m / np.arange(m, 0, -1)).cummin().clip(upper=1.0)
    return np.asarray(stepped.reindex(range(len(p))), dtype=np.float64)


def together(first: Sequence[pd.DataFrame], second: Sequence[pd.DataFrame]) -> None:
    """Add `p_holm` to each table, corrected over the column `p` of all of them.

    The tables of `first` (parameters) get two thirds of the error rate, those of `second` (interactions and the lack
    of fit, of which there are many) one third; all of it goes to what is there, and to what is left to be rejected.
    """
    tables = [*first, *second]
    p = np.concatenate([table["p"].to_numpy(dtype=float) for table in tables])
    main = np.repeat([True] * len(first) + [False] * len(second), [len(table) for table in tables])
    sizes = [max(int((np.isfinite(p) & group).sum()), 1) for group in (main, ~main)]
    weights = np.where(main, PARAMETERS_SHARE / sizes[0], (1.0 - PARAMETERS_SHARE) / sizes[1])
    strict = holm(p, weights)
    start = 0
    for table in tables:
        table["p_holm"] = strict[start : start + len(table)]
        start += len(table)
