"""One family of hypotheses, corrected together: Holm for the strict verdict, Benjamini and Hochberg for a screening."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from orbitsens.sensitivity.array import Array


def holm(p: Array) -> Array:
    """Holm's step-down correction (1979); missing ones stay out."""
    known = pd.Series(p, dtype=float).dropna().sort_values(kind="stable")
    stepped = (known * np.arange(len(known), 0, -1)).cummax().clip(upper=1.0)
    return stepped.reindex(range(len(p))).to_numpy()


def false_discovery(p: Array) -> Array:
    """Benjamini and Hochberg's q values (1995); missing ones stay out."""
    known = pd.Series(p, dtype=float).dropna().sort_values(kind="stable", ascending=False)
    m = len(known)
    stepped = (known * m / np.arange(m, 0, -1)).cummin().clip(upper=1.0)
    return stepped.reindex(range(len(p))).to_numpy()


def together(tables: Sequence[pd.DataFrame]) -> None:
    """Add `p_holm` and `q` to each table, corrected over the column `p` of all of them."""
    p = np.concatenate([table["p"].to_numpy(dtype=float) for table in tables])
    strict, few = holm(p), false_discovery(p)
    start = 0
    for table in tables:
        table["p_holm"] = strict[start : start + len(table)]
        table["q"] = few[start : start + len(table)]
        start += len(table)
