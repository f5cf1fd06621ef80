"""The seeding study: every run accounted for, statistics of the used ones alone."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orbitsens.sensitivity.seeding import seed_study

VALUES = [6.8, 6.9, 7.0, 7.0, 7.1, 7.1, 7.2, 7.3, 7.3, 14.0]


def runs(values: list[float], states: list[str] | None = None, **columns: object) -> pd.DataFrame:
    n = len(values)
    return pd.DataFrame(
        {
            "run_key": [f"t/p/r{i:02}" for i in range(n)],
            "state": states or ["finished"] * n,
            "setting_hash": "h",
            "seed": range(n),
            "value": values,
            **columns,
        }
    )


def test_a_plain_study() -> None:
    study = seed_study(runs(VALUES), [], log=True)
    assert study.used["seed"].tolist() == list(range(10))
    assert study.summary[["setting", "n", "median"]].values.tolist() == [["all runs", 10, 7.1]]
    assert study.runs.loc[study.runs["outlier"], "seed"].tolist() == [9]
    assert study.log_rule
    assert study.log
    assert set(study.outlines["setting"]) == {"all runs"}


def test_every_run_that_is_not_used_has_its_reason() -> None:
    states = ["finished", "diverged", "crashed", "running", "finished", "finished", "diverged", "finished"]
    study = seed_study(runs([7.0, np.nan, 7.5, np.nan, np.nan, np.inf, 9.0, 7.2], states), [], log=True)
    assert study.runs["why_not"].fillna("used").tolist() == [
        "used", "diverged", "crashed", "running", "metric missing", "not finite", "diverged", "used",
    ]  # fmt: skip
    assert study.summary["n"].tolist() == [2]
    assert len(study.runs) == 8


def test_outliers_are_those_of_their_own_setting() -> None:
    both = runs([*VALUES, *(3.0 * v for v in VALUES)], width=[8] * 10 + [64] * 10)
    study = seed_study(both.assign(setting_hash=["a"] * 10 + ["b"] * 10), ["width"], log=False)
    assert study.runs.groupby("setting")["outlier"].sum().to_dict() == {"width 8": 1, "width 64": 1}
    assert study.summary["setting"].tolist() == ["width 8", "width 64"]


def test_zeros_rule_out_logarithms_and_say_so() -> None:
    study = seed_study(runs([0.0, *VALUES]), [], log=True)
    assert not study.log
    assert not study.log_rule
    # Of 11 runs one can be told to stand out, and only if the others leave no doubt.
    assert not study.runs["outlier"].any()


def test_the_view_does_not_change_who_stands_out() -> None:
    by_hand = np.log10(14.0 / 7.1) / stats.median_abs_deviation(np.log10(VALUES), scale="normal")
    for log in (True, False):
        assert seed_study(runs(VALUES), [], log=log).runs["z"].iloc[-1] == pytest.approx(by_hand)


@pytest.mark.parametrize("states", [["diverged"] * 10, ["running"] * 10])
def test_nothing_usable_is_an_empty_summary_with_every_run_listed(states: list[str]) -> None:
    study = seed_study(runs([np.nan] * 10, states), [], log=True)
    assert study.summary.empty
    assert study.outlines.empty
    assert len(study.runs) == 10


def test_no_runs_at_all() -> None:
    study = seed_study(runs(VALUES)[:0], [], log=True)
    assert study.runs.empty
    assert study.summary.empty


def test_row_order_changes_nothing() -> None:
    frame = runs(VALUES)
    pd.testing.assert_frame_equal(
        seed_study(frame, [], log=True).runs, seed_study(frame.sample(frac=1, random_state=0), [], log=True).runs
    )
