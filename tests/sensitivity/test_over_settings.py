"""What is counted over settings: seeds are no evidence of their own."""

import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.over_settings import commonest, fisher, rank_correlation, setting_means


def test_means_of_settings_are_of_finite_runs_and_geometric_where_all_are_positive() -> None:
    values = pd.DataFrame({"error": [1.0, 100.0, np.inf, 4.0], "shift": [-1.0, 3.0, 5.0, 0.0]})
    means = setting_means(values, pd.Series([7, 7, 7, 2]))
    assert means.index.tolist() == [2, 7]
    assert means["error"].tolist() == pytest.approx([4.0, 10.0])
    assert means["shift"].tolist() == pytest.approx([0.0, 1.0])


def test_repeating_each_setting_leaves_the_interval_as_it_is() -> None:
    rng = np.random.default_rng(0)
    x, y, setting = pd.Series(rng.normal(size=48)), pd.Series(rng.normal(size=48)), pd.Series(range(48))
    once = rank_correlation(x, y, setting)
    five = rank_correlation(*(pd.concat([part] * 5, ignore_index=True) for part in (x, y, setting)))
    assert once is not None and five is not None
    assert (five.n_units, five.n_runs, once.n_runs) == (48, 240, 48)
    assert five[:3] == pytest.approx(once[:3])
    assert once.high - once.low > 0.4  # of 240 independent runs it would be 0.25


def test_runs_of_one_setting_are_the_units_themselves() -> None:
    found = rank_correlation(pd.Series([1.0, 2.0, 3.0]), pd.Series([2.0, 4.0, 8.0]), pd.Series([0, 0, 0]))
    assert found is not None and (found.rho, found.n_units, found.of_settings) == (pytest.approx(1.0), 3, False)
    assert rank_correlation(pd.Series([1.0, 1.0]), pd.Series([2.0, 4.0]), pd.Series([0, 1])) is None


def test_the_interval_covers_a_true_correlation_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    true = 6.0 / np.pi * np.arcsin(0.6 / 2.0)  # Spearman's, of a normal pair with correlation 0.6
    hits, by_fisher = 0, 0
    for _ in range(200):
        a, b = rng.standard_normal((2, 60))
        found = rank_correlation(pd.Series(a), pd.Series(0.6 * a + 0.8 * b), pd.Series(range(60)))
        assert found is not None
        hits += found.low <= true <= found.high
        low, high = fisher(found.rho, 60)
        by_fisher += low <= true <= high
    assert hits / 200 == pytest.approx(0.95, abs=0.04)
    assert by_fisher / 200 == pytest.approx(0.95, abs=0.04)


def test_of_many_settings_the_interval_takes_no_time() -> None:
    x = pd.Series(np.random.default_rng(0).normal(size=20_000))
    found = rank_correlation(x, -x, pd.Series(range(20_000)))
    assert found is not None and (found.rho, found.low, found.high) == pytest.approx((-1.0, -1.0, -1.0))


def test_the_commonest_value_is_named_only_where_chance_does_not_give_it() -> None:
    best = np.arange(48) < 5
    silu = ["silu"] * 5 + ["tanh"] * 43
    found = commonest(best, {"width": ["8"] * 48, "activation": silu})
    assert found is not None
    assert (found.parameter, found.value, found.n, found.n_all) == ("activation", "silu", 5, 5)
    assert found.p == pytest.approx(1.0 / 1712304)  # 48 over 5
    third = ["silu", "tanh", "relu"] * 16
    assert commonest(best, {"activation": third}) is None
    assert commonest(best, {"width": ["8"] * 48}) is None
