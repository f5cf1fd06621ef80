"""Two settings against each other, on the seeds that they share."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response

# Up to this many pairs all sign flips are counted (2**16); beyond, as many random ones are drawn.
MOST_EXACT = 16
FEWEST_FOR_CORRELATION = 4  # Fisher's z has a variance of 1 / (n - 3)
MOST_CORRELATED = 0.999


@dataclass(frozen=True)
class Pair:
    """Setting A less setting B, unit of y.

    `n`: shared seeds; `difference`: mean of the paired differences; `low`, `high`: their t interval; `correlation`:
    of the two settings over the shared seeds (NaN below 3); `t_p`; `flip_p`: sign-flip p value, exact up to 16 pairs,
    and `smallest_p`, the smallest that n pairs allow; `a_better`: probability that A's value is the smaller at the
    next seed (t prediction). `n_a`, `n_b`: runs in each setting.
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
    t_p: float
    flip_p: float
    smallest_p: float
    a_better: float
    log: bool
    level: float
    counted: str

    @property
    def method(self) -> str:
        """How the comparison was made, in words."""
        return (
            f"paired differences on {self.n} shared seeds ({self.n_a} and {self.n_b} runs in all), "
            f"{100 * self.level:g} % Student's t interval; two-sided sign-flip test, "
            f"smallest possible p {self.smallest_p:.2g}; {self.counted}"
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
        t_p=float(stats.ttest_1samp(d, 0.0).pvalue),
        flip_p=sign_flip_p(d),
        smallest_p=min(1.0, 2.0 / 2.0 ** min(n, MOST_EXACT)),
        a_better=float(stats.t.cdf(-mean / (sd * sqrt(1.0 + 1.0 / n)), n - 1)),
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


def sign_flip_p(differences: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Two-sided p value of the mean under random signs: all 2**n of them up to n = 16, else 2**16 - 1 drawn ones."""
    test = stats.permutation_test(
        (differences,),
        lambda d, axis: np.abs(d.mean(axis=axis)),
        permutation_type="samples",
        vectorized=True,
        # Where that covers all sign flips, each is made once.
        n_resamples=2**MOST_EXACT,
        batch=4096,
        alternative="greater",
        rng=np.random.default_rng(1),
    )
    return float(test.pvalue)


def _values(found: Response, setting: str) -> "pd.Series[float]":
    """The response of a setting by its seeds, all that vary; the mean of runs that share them."""
    runs = found.runs[(found.runs["setting"] == setting) & found.runs["seed"].notna()]
    if runs.empty:
        raise CannotSay(f"No used run with a seed on record has the setting {setting!r}.")
    return runs.groupby(list(found.seeds) or ["seed"], dropna=False)["y"].mean()
