"""Confidence intervals that say their method."""

from dataclasses import dataclass

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
    half = float(stats.t.ppf(0.5 + level / 2, x.size - 1) * stats.sem(x))
    mean = float(x.mean())
    return Interval(mean - half, mean + half, mean_method(level))


def median_interval(values: npt.ArrayLike, level: float = LEVEL) -> Interval | None:
    """Exact distribution-free interval of the median between two order statistics (Conover 1999, section 3.2).

    None where there are too few values for `level` (fewer than 6 at 95 %). Its coverage is at least `level`.
    """
    x = np.asarray(values, dtype=float)
    if x.size == 0:
        return None
    found = stats.quantile_test(x, q=0.0, p=0.5).confidence_interval(level)
    low, high = np.asarray(found, dtype=float)
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    return Interval(float(low), float(high), median_method(level))
