"""Simple effects: what one parameter does at each setting of all others."""

import numpy as np
from scipy import stats

from orbitsens.sensitivity.model import Error, Model
from orbitsens.sensitivity.spread import Spread
from orbitsens.sensitivity.terms import Term

MOST_SETTINGS = 2000


def largest_simple(model: Model, term: Term, spread: Spread | None, error: Error, level: float) -> float:
    """Bound of all simple effects of a parameter, unit of y: settings that differ in nothing else differ by less.

    The largest one-sided upper limit of any such pair, so that it holds with probability `level` of the largest true
    difference. NaN where no two settings differ in this parameter alone, for a trend, and beyond 2000 settings.
    """
    cells = model.cells
    others = [other for other in cells.terms if other.name != term.name]
    trends = any(other.level is None for other in (term, *others))
    if trends or term.level is None or len(cells.n) > MOST_SETTINGS:
        return float("nan")
    keys = np.column_stack([np.zeros(len(cells.n)), *(other.level for other in others if other.level is not None)])
    group = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(group, kind="stable")
    variance = (spread.variance if spread else np.full(len(cells.n), error.variance)) / cells.n
    df = spread.df if spread else np.full(len(cells.n), float(error.df))
    largest = float("nan")
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        a, b = (members[places] for places in np.triu_indices(len(members), 1))
        if a.size:
            of_pair = variance[a] + variance[b]
            free = of_pair**2 / (variance[a] ** 2 / df[a] + variance[b] ** 2 / df[b])
            half = stats.t.ppf(level, np.minimum(free, spread.total) if spread else df[a]) * np.sqrt(of_pair)
            largest = float(np.nanmax([largest, (np.abs(cells.mean[a] - cells.mean[b]) + half).max()]))
    return largest
