"""The response: who is used, why others are not, and divergence as an outcome of its own."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.divergence import divergence
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.usable import REPEATED
from tests.sensitivity.simulated import factorial

LEVELS = {"width": [16, 64], "depth": [1, 2]}


def table() -> pd.DataFrame:
    return factorial(LEVELS, 3, np.random.default_rng(0))


def test_every_matched_run_is_used_or_counted() -> None:
    runs = table()
    runs.loc[[0, 1], "state"] = "crashed"
    runs.loc[2, "value"] = np.nan
    found = response(runs, list(LEVELS))
    assert found.n_used == 9
    assert found.not_used == {"crashed": 2, "metric missing": 1}
    assert found.counted == "9 of 12 matched runs used (not used: 2 crashed, 1 metric missing)"
    np.testing.assert_allclose(found.runs["y"], np.log10(found.runs["value"]))


def test_a_repetition_of_a_run_is_no_evidence() -> None:
    runs = table()
    again = runs.iloc[[0]].assign(run_key="t/p/z", value=99.0)
    found = response(pd.concat([runs, again], ignore_index=True), list(LEVELS))
    assert found.not_used == {REPEATED: 1}
    assert "t/p/z" in set(found.runs["run_key"])


@pytest.mark.parametrize("apart", ["init_seed", "own_setting"])
def test_runs_that_differ_by_another_seed_or_by_what_makes_no_setting_are_no_repetition(apart: str) -> None:
    runs = table().assign(seed=0, **{apart: list(range(3)) * 4})
    assert response(runs, list(LEVELS)).n_used == 12
    assert response(runs.drop(columns=apart), list(LEVELS)).n_used == 4


def test_one_zero_does_not_turn_factors_into_differences_and_says_what_it_counts_as() -> None:
    runs = table()
    runs.loc[0, "value"] = 0.0
    found = response(runs, list(LEVELS))
    assert found.log
    assert found.zeros == 1
    least = runs["value"][1:].min()
    assert found.runs["y"].min() == pytest.approx(np.log10(least / 2))
    assert found.warning is not None
    assert found.warning.startswith("1 of 12 runs have the value 0, which has no logarithm: they count as ")


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "6 of 12 runs have the value 0"), (-1.0, "6 of 12 runs have negative")]
)
def test_many_zeros_or_negative_values_are_analysed_as_differences_and_say_so(value: float, said: str) -> None:
    runs = table()
    runs.loc[:5, "value"] = value
    found = response(runs, list(LEVELS))
    assert not found.log
    assert found.warning is not None
    assert found.warning.startswith(said)
    assert "differences, not of factors" in found.warning


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": 7.0}, "same value"),
        ({"state": "diverged", "value": np.inf}, "None of the 12 matched runs"),
        ({"value": np.nan}, "metric missing"),
    ],
)
def test_nothing_to_explain_is_a_sentence(change: dict[str, object], said: str) -> None:
    with pytest.raises(CannotSay, match=said):
        response(table().assign(**change), list(LEVELS))


def test_divergence_counts_runs_that_ended_by_themselves() -> None:
    runs = table()
    runs.loc[[0, 3], "state"] = ["diverged", "crashed"]
    runs.loc[1, "value"] = np.inf
    found = divergence(runs, list(LEVELS)).set_index("setting")
    assert found.loc["width 16 · depth 1", ["n", "diverged"]].tolist() == [3, 2]
    assert found.loc["width 16 · depth 2", ["n", "diverged"]].tolist() == [2, 0]
    assert found.loc["all settings", ["n", "diverged"]].tolist() == [11, 2]
    by_hand = proportion_confint(2, 3, method="wilson")
    assert found.loc["width 16 · depth 1", ["low", "high"]].tolist() == pytest.approx(by_hand)
    assert found["low"].ge(0).all()
