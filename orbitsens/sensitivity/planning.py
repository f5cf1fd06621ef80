"""How many seeds a comparison needs."""

from bisect import bisect_left
from math import log10, sqrt

import numpy as np
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.cannot import CannotSay

POWER = 0.8
MOST = 10_000
# Beyond so many standard errors every test rejects; the noncentral t is not computed there.
FAR = 30.0


def seeds_per_arm(
    difference: float,
    sd: float | tuple[float, float],
    *,
    correlation: float | None = None,
    settings: int = 2,
    power: float = POWER,
    level: float = 0.05,
) -> int:
    """Smallest number of seeds in each setting with which the report finds a true difference between two of them.

    `difference` and `sd` (within a setting, or within each of the two) are in one unit, such as log10 of the error.
    `correlation` None plans for different seeds in each setting; a number for the same seeds in all, whose values
    correlate by as much. `settings`: how many the study has, equally many seeds in each. With two settings the test is
    the report's: the paired t test on shared seeds, else Welch's; with more it is the F test that the settings differ
    at all, the others lying between the two. `power` is the chance to find it at `level`. Noncentral t and F, for
    normal values.

    Raises:
        CannotSay: no difference to find, no noise, or more than 10,000 seeds needed.
    """
    first, second = sd if isinstance(sd, tuple) else (sd, sd)
    if not (abs(difference) > 0.0 and first > 0.0 and second > 0.0):
        raise CannotSay("To plan seeds, point at a difference that is not zero, and at settings with seed noise.")
    of_both = first**2 + second**2
    of_difference = max(of_both - 2.0 * (correlation or 0.0) * first * second, 1e-12 * of_both)
    free = of_both**2 / (first**4 + second**4)  # Satterthwaite's, for one degree of freedom in each

    def enough(n: int) -> bool:
        shift = min(abs(difference) / sqrt(of_difference) * sqrt(n), FAR)
        if settings == 2:
            return bool(t_power(shift, n - 1 if correlation is not None else free * (n - 1), level) >= power)
        blocks = 0 if correlation is None else 1
        df = (settings - blocks) * (n - 1)
        critical = float(stats.f.ppf(1.0 - level, settings - 1, df))
        return bool(stats.ncf.sf(critical, settings - 1, df, shift**2) >= power)

    candidates = range(2, MOST + 1)
    place = bisect_left(candidates, True, key=enough)  # power grows with n
    if place == len(candidates):
        raise CannotSay(f"More than {MOST:,} seeds per setting would be needed; the difference is too small to matter.")
    return candidates[place]


def as_difference(percent: float, log: bool, mean: float) -> float:
    """A difference of y from percent of the metric: a factor's log10, or (without `log`) a share of the mean of y."""
    return log10(1.0 + percent / 100.0) if log else percent / 100.0 * abs(mean)


def t_power(shift: float | Array, df: float | Array, level: float = 0.05) -> Array:
    """Chance that a two-sided t test at `level` rejects, its statistic being shifted by `shift` standard errors."""
    critical = stats.t.ppf(1.0 - level / 2, df)
    other_side = np.nan_to_num(stats.nct.cdf(-critical, df, shift))  # SciPy's is NaN here and there below 1e-15
    return np.asarray(stats.nct.sf(critical, df, shift) + other_side)


def equivalence_power(margin: float | Array, df: float | Array, level: float = 0.05) -> Array:
    """Chance that two one-sided t tests at `level` show equivalence within `margin` standard errors if there is none.

    Large-sample formula on the t distribution; slightly low where it is small.
    """
    critical = stats.t.ppf(1.0 - level, df)
    return np.asarray(np.maximum(0.0, 2.0 * stats.t.cdf(margin - critical, df) - 1.0))


def factor_to_tell(se: float, df: float, margin: float, level: float, power: float = POWER) -> float:
    """By how much the runs must be multiplied to tell an effect of `margin` from none, whichever is true.

    `se` and `df` are the present standard error and degrees of freedom; both tests, of difference and of
    equivalence, must have `power`. At least 1; infinite beyond a factor of 1000.
    """
    factors = np.geomspace(1.0, 1000.0, 400)
    shift, more = np.minimum(margin / se * np.sqrt(factors), FAR), df * factors
    enough = (equivalence_power(shift, more) >= power) & (t_power(shift, more, level) >= power)
    return float(factors[np.argmax(enough)]) if enough.any() else float("inf")
