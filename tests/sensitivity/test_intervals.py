"""Intervals against textbook numbers, statsmodels and their promised coverage."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from orbitsens.sensitivity.intervals import mean_interval, median_interval


def test_mean_interval_is_that_of_statsmodels() -> None:
    x = np.random.default_rng(0).lognormal(2.0, 0.1, 20)
    interval = mean_interval(x)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(DescrStatsW(x).tconfint_mean(alpha=0.05))
    assert interval.method == "95 % Student's t interval of the mean"


def test_mean_interval_of_equal_values_is_a_point_and_of_one_value_none() -> None:
    interval = mean_interval([3.0, 3.0, 3.0])
    assert interval is not None
    assert (interval.low, interval.high) == (3.0, 3.0)
    assert mean_interval([3.0]) is None
    assert mean_interval([]) is None


def test_median_interval_of_twenty_values_lies_between_the_6th_and_the_15th() -> None:
    x = np.random.default_rng(1).permutation(np.arange(1.0, 21.0))
    interval = median_interval(x)
    assert interval is not None
    assert (interval.low, interval.high) == (6.0, 15.0)  # coverage 0.9586; the 7th and the 14th give 0.885
    assert interval.method.startswith("exact order-statistic (binomial) interval")


def test_median_interval_needs_six_values() -> None:
    assert median_interval(np.arange(5.0)) is None
    assert median_interval([]) is None
    interval = median_interval(np.arange(6.0))
    assert interval is not None
    assert (interval.low, interval.high) == (0.0, 5.0)


@pytest.mark.parametrize("n", [6, 9, 20])
def test_median_interval_covers_the_median_of_a_skewed_distribution(n: int) -> None:
    samples = np.sort(np.random.default_rng(n).exponential(size=(20_000, n)), axis=1)
    reference = median_interval(np.arange(1.0, n + 1.0))  # of the ranks, so its ends are ranks
    assert reference is not None
    low, high = samples[:, int(reference.low) - 1], samples[:, int(reference.high) - 1]
    covered = float(np.mean((low <= np.log(2.0)) & (np.log(2.0) <= high)))
    promised = 1.0 - 2.0 * stats.binom.cdf(int(reference.low) - 1, n, 0.5)
    assert promised >= 0.95
    assert covered == pytest.approx(promised, abs=0.006)
