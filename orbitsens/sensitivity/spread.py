"""Each setting's own variance, steadied by the others' as far as their spreads safely say."""

from typing import NamedTuple

import numpy as np
from scipy import special, stats

from orbitsens.sensitivity.array import Array

# Confidence of the lower limit for what settings have in common.
CAUTION = 0.9
FEWEST_TO_BORROW = 5
MOST_BORROWED = 1e4
# Share of the typical variance below which a setting has no spread that could be trusted, as where all values are 0.
NO_SPREAD = 1e-10


class Spread(NamedTuple):
    """Variances [n_settings] with their degrees of freedom, `borrowed` of which are the other settings'.

    `total`: degrees of freedom of all settings' own, which no sum of these variances exceeds.
    """

    variance: Array
    df: Array
    borrowed: float
    total: float


def each_own(squares: Array, df: Array) -> Spread:
    """Each setting's own variance, unbiased, as sums over many settings need it; borrows nothing.

    Arguments as for `moderated`. A setting without a spread of its own gets the mean of the others'.
    """
    own = df > 0.0
    total = float(squares[own].sum() / df[own].sum()) if own.any() else 0.0
    variance = np.divide(squares, df, out=np.full(len(df), total), where=own)
    return Spread(variance, np.where(own, df, 1.0), 0.0, max(float(df.sum()), 1.0))


def moderated(squares: Array, df: Array) -> Spread:
    """Steady variances by those of the other settings (Smyth 2004), as far as these are safely alike.

    `squares`: sums of squares within settings, `df`: their degrees of freedom, both [n_settings]. The prior's degrees
    of freedom are not Smyth's estimate but its lower 90 % limit: with few settings, or spreads that differ, each
    setting keeps its own variance. A setting without a spread of its own gets the mean of the others'.
    """
    own = df > 0.0
    total = float(squares[own].sum() / df[own].sum()) if own.any() else 0.0
    variance = np.divide(squares, df, out=np.full(len(df), total), where=own)
    spread = own & (variance > NO_SPREAD * total)
    borrowed, centre, likely = _prior(variance[spread], df[spread]) if (spread == own).all() else (0.0, total, 1.0)
    found = np.where(spread, (borrowed * centre + df * variance) / np.maximum(borrowed + df, 1e-300), total)
    all_df = max(float(df.sum()), 1.0)
    return Spread(found, np.minimum(np.where(spread, borrowed + df, max(likely, 1.0)), all_df), borrowed, all_df)


def _prior(variance: Array, df: Array) -> tuple[float, float, float]:
    """Lower limit of the prior's degrees of freedom, its variance, and its likely degrees of freedom."""
    k = len(variance)
    if k < 2:
        return 0.0, float(variance.mean()) if k else 0.0, 1.0
    half = df / 2.0
    logs = np.log(variance) - special.digamma(half) + np.log(half)
    chance = float(special.polygamma(1, half).mean())
    # The variance of logarithms of chi-square values is itself uncertain, by their kurtosis.
    kurtosis = float((special.polygamma(3, half) / special.polygamma(1, half) ** 2).mean())
    seen, free = float(logs.var(ddof=1)), (k - 1) / (1.0 + kurtosis / 2.0)
    likely = _degrees(seen - chance)
    safe = _degrees(seen * free / float(stats.chi2.ppf(1.0 - CAUTION, free)) - chance)
    if k < FEWEST_TO_BORROW:
        safe = 0.0
    centre = float(np.exp(logs.mean() + special.digamma(safe / 2.0) - np.log(safe / 2.0))) if safe > 0.0 else 0.0
    return safe, centre, likely


def _degrees(excess: float) -> float:
    """Degrees of freedom of a prior under which log variances differ by so much (variance) beyond chance."""
    if excess <= 0.0:
        return MOST_BORROWED
    low, high = 1e-3, MOST_BORROWED
    if special.polygamma(1, low / 2.0) < excess:
        return 0.0
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if special.polygamma(1, middle / 2.0) > excess else (low, middle)
    return low
