"""Intervals for a part of a whole that is made of noncentral chi-square parts."""

import numpy as np
from scipy import special, stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.forms import FTest

STEPS = 80


def beyond_chance(test: FTest, level: float) -> tuple[float, float]:
    """Interval of what a sum of squares holds beyond chance, from the noncentral chi-square (Patnaik 1949).

    What chance makes of it is taken as known: its own uncertainty is that of the noise, which the rest of a share has.
    """
    if not (np.isfinite(test.f) and test.chance > 0.0):
        return 0.0, 0.0
    ends = [_noncentrality(test, tail) for tail in (0.5 + level / 2, 0.5 - level / 2)]
    low, high = (nc * test.chance / test.df for nc in ends)
    return low, high


def _noncentrality(test: FTest, tail: float) -> float:
    """The noncentrality at which a sum of squares up to that seen has this probability; 0 if there is none."""

    def chance(nc: float) -> float:
        df = (test.df + nc) ** 2 / (test.df + 2.0 * nc)
        return float(special.chdtr(df, df * test.f * test.df / (test.df + nc)))

    if chance(0.0) <= tail:
        return 0.0
    low, high = 0.0, test.df * (test.f + 1.0)
    while chance(high) > tail and high < 1e12:
        high *= 4.0
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if chance(middle) > tail else (low, middle)
    return low


def share(part: float, ends: tuple[float, float], rest: float, sd_rest: float, level: float) -> tuple[float, float]:
    """Interval of part / (part + rest), from the part's own and the rest's (MOVER, Donner and Zou 2012)."""
    if rest <= 0.0:
        return 0.0, 1.0
    a = max(part, 0.0)
    low, high = min(ends[0], a), max(ends[1], a)
    half = min(float(stats.norm.ppf(0.5 + level / 2)) * sd_rest, 0.95 * rest)
    least, most = rest - half, rest + half
    inside = (a * rest) ** 2 - low * most * (2.0 * a - low) * (2.0 * rest - most)
    lower = (a * rest - np.sqrt(max(inside, 0.0))) / (most * (2.0 * rest - most))
    outside = (a * rest) ** 2 - high * least * (2.0 * a - high) * (2.0 * rest - least)
    upper = (a * rest + np.sqrt(max(outside, 0.0))) / (least * (2.0 * rest - least))
    return float(lower / (1.0 + lower)), float(upper / (1.0 + upper))


def rounded(shares: Array) -> Array:
    """Whole percents that sum to 100 (largest remainders); `shares` sum to 1, negative ones count as 0."""
    positive = np.maximum(shares, 0.0)
    exact = 100.0 * positive / positive.sum()
    whole = np.floor(exact)
    for place in np.argsort(whole - exact, kind="stable")[: round(100.0 - float(whole.sum()))]:
        whole[place] += 1.0
    return whole
