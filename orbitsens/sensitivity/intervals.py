"""Confidence intervals that say their method."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import stats

LEVEL = 0.95
# From this many values on there is a two-sided 95 % order-statistic interval of the median: 1 - 2 * 0.5**6 = 0.969.
FEWEST_FOR_MEDIAN = 6


@dataclass(frozen=True)
class Interval:
    """A confidence interval in the unit of the values it came from."""

    low: float
    high: float
    method: str


def mean_method(level: float = LEVEL) -> str:
    """How the interval of the mean is made, in words."""
    return f"{100 * level:g} % Student's t interval of the mean"


def median_method(level: float = LEVEL) -> str:
    """How the interval of the median is made, in words."""
    return f"exact order-statistic (binomial) interval of the median, at least {100 * level:g} %"


def mean_interval(values: npt.ArrayLike, level: float = LEVEL) -> Interval | None:
    """Student's t interval of the mean; None for fewer than 2 values.

    Exact for normal values; for skewed ones of few runs its coverage is somewhat lower than `level`.
    """
    x = np.asarray(values, dtype=float)
    if x.size < 2:
        return None
    half = _t_quantile(x.size, level) * float(x.std(ddof=1)) / math.sqrt(x.size)
    mean = float(x.mean())
    return Interval(mean - half, mean + half, mean_method(level))


def median_interval(values: npt.ArrayLike, level: float = LEVEL) -> Interval | None:
    """Exact distribution-free interval of the median between two order statistics (Conover 1999, section 3.2).

    None where there are too few values for `level` (fewer than 6 at 95 %). Its coverage is at least `level`.
    """
    x = np.sort(np.asarray(values, dtype=float))
    ranks = _median_ranks(x.size, level) if x.size else None
    if ranks is None:
        return None
    low, high = ranks
    return Interval(float(x[low]), float(x[high]), median_method(level))


@lru_cache(maxsize=256)
def _t_quantile(n: int, level: float) -> float:
    return float(stats.t.ppf(0.5 + level / 2, n - 1))


@lru_cache(maxsize=256)
def _median_ranks(n: int, level: float) -> tuple[int, int] | None:
    """Which of n sorted values, from 0, are the ends of the median's interval: those of the interval of the ranks."""
    ends = np.asarray(stats.quantile_test(np.arange(n), q=0.0, p=0.5).confidence_interval(level), dtype=float)
    return (int(ends[0]), int(ends[1])) if np.isfinite(ends).all() else None
