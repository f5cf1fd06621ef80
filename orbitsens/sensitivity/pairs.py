"""Two settings against each other, on the seeds that they share."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response

FEWEST_FOR_CORRELATION = 4  # Fisher's z has a variance of 1 / (n - 3)
MOST_CORRELATED = 0.999


@dataclass(frozen=True)
class Pair:
    """Setting A less setting B, unit of y.

    `n`: shared seeds; `difference`: mean of the paired differences; `low`, `high`: their t interval; `correlation`:
    of the two settings over the shared seeds (NaN below 3); `p`: of the paired t test; `a_better`: probability that A's
    value is the smaller at the next seed (t prediction), with its interval `a_better_low`, `a_better_high`. `n_a`,
    `n_b`: runs in each setting; `sds`: the standard deviation within each.
    """

    a: str
    b: str
    n: int
    n_a: int
    n_b: int
    difference: float
    low: float
    high: float
    correlation: float
    p: float
    a_better: float
    a_better_low: float
    a_better_high: float
    sds: tuple[float, float]
    log: bool
    level: float
    counted: str

    @property
    def method(self) -> str:
        """How the comparison was made, in words."""
        return (
            f"paired differences on {self.n} shared seeds ({self.n_a} and {self.n_b} runs in all), "
            f"{100 * self.level:g} % Student's t interval and two-sided paired t test, which hold however unequal the "
            f"spreads are; {self.counted}"
        )


def compare(found: Response, a: str, b: str, level: float = LEVEL) -> Pair:
    """Compare two settings, named by their labels.

    Raises:
        CannotSay: a setting has no used run, or they share fewer than two seeds, or all differences are zero.
    """
    first, second = _values(found, a), _values(found, b)
    shared = pd.concat([first, second], axis=1, join="inner").to_numpy(dtype=float)
    if len(shared) < 2:
        raise CannotSay(
            f"{a} and {b} share {len(shared)} seed{'s' * (len(shared) != 1)}; to compare them in pairs, train both "
            "with at least two equal seeds."
        )
    x, y = shared.T
    d, n = x - y, len(shared)
    mean, sd = float(d.mean()), float(d.std(ddof=1))
    if not sd > 0.0:
        raise CannotSay(f"{a} and {b} differ by exactly the same on every shared seed, so no test applies.")
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * sd / sqrt(n)
    ends = _superiority(-mean / sd, n, level)
    varied = n > 2 and np.ptp(x) > 0.0 and np.ptp(y) > 0.0
    return Pair(
        a=a,
        b=b,
        n=n,
        n_a=int((found.runs["setting"] == a).sum()),
        n_b=int((found.runs["setting"] == b).sum()),
        difference=mean,
        low=mean - half,
        high=mean + half,
        correlation=float(stats.pearsonr(x, y).statistic) if varied else float("nan"),
        p=float(stats.ttest_1samp(d, 0.0).pvalue),
        a_better=float(stats.t.cdf(-mean / (sd * sqrt(1.0 + 1.0 / n)), n - 1)),
        a_better_low=ends[0],
        a_better_high=ends[1],
        sds=(float(x.std(ddof=1)), float(y.std(ddof=1))),
        log=found.log,
        level=level,
        counted=found.counted,
    )


def cautious_correlation(pair: Pair) -> float:
    """Lower end of an 80 % one-sided interval (Fisher's z) of the correlation over shared seeds; 0 if below, or n < 4.

    What a few seeds show is often far too high, and a sweep planned with it finds its difference too seldom.
    """
    if pair.n < FEWEST_FOR_CORRELATION or not np.isfinite(pair.correlation):
        return 0.0
    z = np.arctanh(np.clip(pair.correlation, -MOST_CORRELATED, MOST_CORRELATED))
    return max(0.0, float(np.tanh(z - stats.norm.ppf(0.8) / sqrt(pair.n - 3))))


def _superiority(effect: float, n: int, level: float) -> tuple[float, float]:
    """Interval of the chance that a normal difference is below zero, from its standardised mean (noncentral t)."""
    t, df = effect * sqrt(n), n - 1
    ends = []
    for tail in (0.5 + level / 2, 0.5 - level / 2):
        low, high = t - 60.0, t + 60.0
        for _ in range(60):
            middle = (low + high) / 2.0
            # The chance of a t as small as that seen falls as its shift grows.
            low, high = (middle, high) if _t_below(t, df, middle) > tail else (low, middle)
        ends.append(float(stats.norm.cdf(low / sqrt(n))))
    return ends[0], ends[1]


def _t_below(t: float, df: int, shift: float) -> float:
    """Distribution function of the noncentral t, a normal approximation far out (Johnson and Welch 1940)."""
    if abs(shift) > 30.0 or abs(t) > 30.0:
        return float(stats.norm.cdf((t * (1.0 - 1.0 / (4.0 * df)) - shift) / sqrt(1.0 + t**2 / (2.0 * df))))
    return float(stats.nct.cdf(t, df, shift))


def _values(found: Response, setting: str) -> "pd.Series[float]":
    """The response of a setting by its seeds, all that vary; the mean of runs that share them."""
    runs = found.runs[(found.runs["setting"] == setting) & found.runs["seed"].notna()]
    if runs.empty:
        raise CannotSay(f"No used run with a seed on record has the setting {setting!r}.")
    return runs.groupby(list(found.seeds) or ["seed"], dropna=False)["y"].mean()
