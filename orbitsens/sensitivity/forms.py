"""F tests of quadratic forms of setting means that may each have their own variance."""

from typing import NamedTuple

import numpy as np
from scipy import linalg, stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.leastsquares import SINGULAR, Places, Solution
from orbitsens.sensitivity.spread import Spread

ONE = 1e-9


class FTest(NamedTuple):
    """An F statistic with its degrees of freedom and p value.

    `square` is the sum of squares that is tested, `chance` what noise alone is expected to make of it.
    """

    f: float
    df: float
    df_error: float
    p: float
    square: float
    chance: float


NOTHING = FTest(float("nan"), float("nan"), float("nan"), float("nan"), 0.0, 0.0)


def rows(fit: Solution, own: Places, weighted: Array) -> Array:
    """What turns setting means into uncorrelated unit-variance parts of some of a solution's columns, [rank, k].

    `own` are places among the solution's columns, `weighted` is [k, c], the settings' columns times their runs.
    """
    block = fit.covariance[np.ix_(own, own)]
    scale = np.sqrt(np.maximum(np.diag(block), 1e-300))
    values, vectors = linalg.eigh(block / np.outer(scale, scale), check_finite=False)
    keep = values > SINGULAR * max(float(values.max(initial=0.0)), 1e-300)
    turn = (vectors[:, keep] / np.sqrt(values[keep])).T / scale
    return np.asarray(turn @ (fit.covariance[own] @ weighted.T))


def tested(parts: Array, mean: Array, n: Array, spread: Spread | None, variance: float, df: float) -> FTest:
    """Test that `parts` [rank, k] of the setting means are all zero.

    With a `spread` the ANOVA-type statistic of Brunner, Dette and Munk (1997), whose degrees of freedom allow for
    unequal variances; without, the F test with one `variance` of `df` degrees of freedom.
    """
    rank = len(parts)
    if not rank:
        return NOTHING
    square = float(((parts @ mean) ** 2).sum())
    if spread is None:
        if not variance > 0.0:
            return NOTHING
        f = square / rank / variance
        return FTest(f, float(rank), df, float(stats.f.sf(f, rank, df)), square, rank * variance)
    of_mean = spread.variance / n
    own = (parts**2).sum(axis=0) * of_mean
    both = (parts * of_mean) @ parts.T
    return _approximate(square, rank, float((both**2).sum()), own, spread)


def left_over(x: Array, mean: Array, n: Array, spread: Spread) -> FTest:
    """Test that the setting means are what a model with the columns `x` [k, p] says, weighted by `n`."""
    root = np.sqrt(n)
    columns = root[:, None] * x
    columns = columns / np.sqrt(np.maximum((columns**2).sum(axis=0), 1e-300))
    values, vectors = linalg.eigh(columns.T @ columns, check_finite=False)
    keep = values > SINGULAR * max(float(values.max(initial=0.0)), 1e-300)
    basis = columns @ (vectors[:, keep] / np.sqrt(values[keep]))
    free = len(n) - basis.shape[1]
    if free < 1:
        return NOTHING
    scaled = root * mean
    square = float(((scaled - basis @ (basis.T @ scaled)) ** 2).sum())
    v = spread.variance
    leverage = (basis**2).sum(axis=1)
    own = v * (1.0 - leverage)
    both = float((v**2).sum() - 2.0 * (v**2 * leverage).sum() + ((basis.T @ (v[:, None] * basis)) ** 2).sum())
    return _approximate(square, free, both, own, spread)


def _approximate(square: float, rank: int, both: float, own: Array, spread: Spread) -> FTest:
    trace = float(own.sum())
    if not trace > 0.0:
        return NOTHING
    # Squares of estimated variances are too large, by 2 / df of them on average (they would cost half of the power).
    excess = 2.0 * float((own**2 / (spread.df + 2.0)).sum())
    df = min(max((trace**2 - excess) / max(both - excess, 1e-300), 1.0), float(rank))
    df_error = trace**2 / max(float((own**2 / spread.df).sum()), 1e-300)
    if df > 1.0 + ONE:
        # With one degree of freedom it stays Welch's, so that test and interval agree.
        df_error = max(df_error, 2.0 * (trace**2 - excess) / max(excess, 1e-300))
    df_error = min(df_error, float(spread.df[own > ONE * trace].sum()), spread.total)
    f = square / trace
    return FTest(f, df, df_error, float(stats.f.sf(f, df, df_error)), square, trace)
