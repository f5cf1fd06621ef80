"""Aggregates over test sets, and several metrics at once."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orbitsens.sensitivity.aggregates import aggregate, improvement, interquartile_mean, step_down
from orbitsens.sensitivity.cannot import CannotSay


def errors(shift: float, n: int = 10, tasks: int = 3, seed: int = 0) -> pd.DataFrame:
    """Settings a and b on some tasks of unlike size; b's errors are 10**shift times a's."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"setting": name, "task": f"t{task}", "value": 10.0 ** (task + (shift if name == "b" else 0.0) + 0.1 * y)}
        for task in range(tasks)
        for name in ("a", "b")
        for y in rng.normal(size=n)
    )


def test_the_interquartile_mean_by_hand() -> None:
    assert interquartile_mean(np.array([100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, -50.0])) == pytest.approx(3.5)


def test_the_probability_of_improvement_by_hand() -> None:
    a, b = np.array([[1.0, 2.0], [5.0, 5.0]]), np.array([[2.0, 3.0], [5.0, 4.0]])
    assert improvement(a, b) == pytest.approx(((1 + 1 + 0.5 + 1) / 4 + (0.5 + 0 + 0.5 + 0) / 4) / 2)


def test_a_setting_that_is_better_on_every_test_set_is_so_in_the_aggregate() -> None:
    found = aggregate(errors(0.3))
    first, second = found.table.to_dict("records")
    assert (first["setting"], second["setting"]) == ("a", "b")
    assert second["iqm"] / first["iqm"] == pytest.approx(10**0.3, rel=0.1)
    assert first["high"] < second["low"]
    assert first["improvement_low"] > 0.5
    profile = found.profile[found.profile["setting"] == "a"]
    assert profile["share"].is_monotonic_increasing
    assert profile["share"].iloc[-1] == 1.0
    assert (profile["low"] <= profile["share"] + 1e-12).all()


def test_intervals_of_the_interquartile_mean_cover() -> None:
    hits = 0
    for seed in range(60):
        table = aggregate(errors(0.0, n=12, seed=seed)).table
        hits += bool(((table["low"] <= 1.0) & (1.0 <= table["high"])).all())
    # Both of two, which are each other's mirror image: about 95 %.
    assert hits >= 50


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (errors(0.0, tasks=1), "1 test sets and 2 settings"),
        (errors(0.0, n=2), "2 runs on some test set"),
        (errors(0.0).assign(value=0.0), "not positive"),
    ],
)
def test_too_little_is_a_sentence(table: pd.DataFrame, said: str) -> None:
    with pytest.raises(CannotSay, match=said):
        aggregate(table)


def test_one_metric_alone_is_the_sign_flip_test() -> None:
    d = np.random.default_rng(0).normal(0.5, 1.0, size=(7, 1))
    by_hand = stats.permutation_test(
        (d[:, 0],), lambda x, axis: np.abs(x.mean(axis=axis)), permutation_type="samples", alternative="greater"
    )
    assert step_down(d)[0] == pytest.approx(by_hand.pvalue)


def test_metrics_that_move_together_cost_nothing_and_others_cost_less_than_bonferroni() -> None:
    rng = np.random.default_rng(1)
    d = rng.normal(0.9, 1.0, size=(9, 1))
    alone = step_down(d)[0]
    assert step_down(np.repeat(d, 5, axis=1)).tolist() == pytest.approx([alone] * 5)
    other = step_down(np.hstack([d, rng.normal(size=(9, 4))]))[0]
    assert alone < other < 5 * alone


def test_of_several_metrics_without_a_difference_one_is_named_in_at_most_5_percent() -> None:
    rng = np.random.default_rng(2)
    hits = sum((step_down(rng.normal(size=(7, 1)) + rng.normal(size=(7, 4))) < 0.05).any() for _ in range(120))
    assert stats.binom.sf(hits - 1, 120, 0.05) > 0.005


def test_few_seeds_are_a_sentence() -> None:
    with pytest.raises(CannotSay, match="5 shared seeds cannot"):
        step_down(np.ones((5, 2)))
