"""Numbers, names and sentences as people read them."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from orbitsens.sensitivity.outliers import rule
from orbitsens.sensitivity.seeding import SeedStudy
from pages.shared import sentences, tables
from pages.shared.data import Measured
from pages.shared.runs import tables as run_tables
from pages.shared.text import (
    CURVES,
    METRICS,
    ago,
    axis_title,
    dataset_label,
    listed,
    metric,
    number,
    plain,
    span,
    spoken,
)
from tests.app.test_charts import VALUES, study


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.1234, "7.12"), (7.0, "7.00"), (100.0, "100"), (1234.5, "1234"), (0.0, "0"), (0.00123, "0.00123"),
     (1.5e7, "1.50e+07"), (-2.0, "-2.00"), (float("nan"), "not finite"), (float("inf"), "not finite")],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_units_follow_numbers() -> None:
    assert number(7.1234, "%") == "7.12 %"
    assert span(1.0, 2.0, "deg") == "1.00 to 2.00 deg"
    assert axis_title("acceleration_error") == "acceleration error (%)"
    assert axis_title("unheard_of") == "unheard_of"


def test_every_pointwise_metric_has_a_unit_and_a_meaning() -> None:
    assert list(METRICS) == [
        "acceleration_error", "accel_angle_deg", "radial_sign_violation_pct", "accel_dir_flip_pct",
    ]  # fmt: skip
    assert all(m.unit and m.help.endswith(".") for m in METRICS.values())
    assert all(m.help.endswith(".") for m in CURVES.values())


def test_lists_read_like_sentences() -> None:
    assert [listed(range(n)) for n in (0, 1, 2, 3)] == ["", "0", "0 and 1", "0, 1 and 2"]
    assert listed(range(20)) == "0, 1, 2, 3, 4 and 15 more"
    assert listed(["seeds and sizes", "b"], last="or") == "seeds and sizes or b"


def test_datasets_say_their_split() -> None:
    assert dataset_label("complex_TBP_planar_10_test", "test") == "complex_TBP_planar_10_test"
    assert dataset_label("complex_TBP_planar_10_train", "val") == "complex_TBP_planar_10_train (val)"
    assert dataset_label(None, "train") == "(unset) (train)"


def test_ages() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    ages = [timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=5), timedelta(days=400)]
    assert [ago(now - age, now) for age in ages] == ["just now", "1 minute ago", "5 hours ago", "400 days ago"]


def test_names_are_no_markdown() -> None:
    assert plain("a_b*[x](y)") == r"a\_b\*\[x\]\(y\)"


def answer(of: SeedStudy) -> str:
    return sentences.seed_answer(of, metric("acceleration_error"), "x_test", own_names(of))


def own_names(of: SeedStudy) -> dict[str, str]:
    return {label: label for label in of.runs["setting"]}


def test_the_answer_names_who_stands_out() -> None:
    assert answer(study(VALUES)) == (
        r"10 runs on x\_test: median acceleration error **7.10 %** (quartiles 7.00 to 7.28 %); seed 9 stands out."
    )
    assert answer(study(VALUES[:-1])).endswith("no run stands out.")
    assert answer(study(VALUES[:4])).endswith("fewer than 6 runs, too few to say which stand out.")


def test_the_answer_for_several_settings_names_the_best_and_the_worst() -> None:
    two = study([*VALUES, *(2.0 * v for v in VALUES)], widths=[8] * 10 + [64] * 10)
    assert answer(two) == (
        r"20 runs in 2 settings on x\_test: median acceleration error from **7.10 %** (width 8) to "
        "**14.2 %** (width 64); 2 runs stand out of their settings."
    )
    assert spoken(answer(two)).startswith("20 runs in 2 settings on x_test: median acceleration error from 7.10")


def test_unused_runs_are_counted_with_their_seeds() -> None:
    assert sentences.used_of_matched(study(VALUES)) == "10 of 10 matched runs used."
    assert sentences.used_of_matched(study([*VALUES, float("nan"), float("nan")])) == (
        "10 of 12 matched runs used (not used: 2 diverged (seeds 10 and 11))."
    )


def test_the_rule_behind_the_outliers_is_stated() -> None:
    assert rule(log=True) in sentences.outlier_rule(study(VALUES))
    assert sentences.outlier_rule(study(VALUES)).startswith("1 run named by this rule")


def test_the_summary_has_a_row_per_setting_and_units_in_its_headers() -> None:
    two = study([*VALUES, 1.0, 2.0], widths=[8] * 10 + [64] * 2)
    table = tables.summary_table(two, "%", own_names(two))
    assert "parameters" not in table
    named = tables.summary_table(two, "%", {"width 8": "base", "width 64": "other"})
    assert (named["setting"].tolist(), named["parameters"].tolist()) == (["base", "other"], ["width 8", "width 64"])
    assert table["setting"].tolist() == ["width 8", "width 64"]
    assert table["median (%)"].tolist() == [pytest.approx(7.1), pytest.approx(1.5)]
    assert table["95 % CI of median"].tolist() == ["6.90 to 7.30", "needs 6 runs"]
    assert table["95 % CI of mean"].tolist()[1] != "needs 2 runs"


def test_the_export_has_every_run_with_its_id_and_why_it_is_not_used() -> None:
    made = study([*VALUES, float("nan")])
    all_columns = made.runs[["run_key", "value"]].assign(rtol=1e-6)
    rows = tables.export_table(made, all_columns, Measured("acceleration_error", "x_test", "test"), "%")
    assert set(rows["rtol"]) == {1e-6}
    assert rows["run_id"].tolist() == [f"r{i}" for i in range(11)]
    assert rows["used"].tolist() == [True] * 10 + [False]
    assert rows["why_not"].iloc[10] == "diverged"
    assert set(rows["measured_on"]) == {"x_test"}
    assert "offset" not in rows


def test_parameters_that_vary_come_first_and_unknown_keys_last() -> None:
    known = {"dataset_name": None, "width": 8, "depth": 3, "rtol": 1e-6, "atol": None}
    table = run_tables.parameter_table(known, {"odd": [1]}, ["depth"])
    assert table["parameter"].tolist() == ["depth", "width", "rtol", "dataset_name", "atol", "odd"]
    assert table["value"].tolist() == ["3", "8", "1e-06", "(unset)", "(unset)", "[1]"]
    assert table["meaning"].iloc[0] == "hidden layers of the MLP"


def test_metrics_say_how_many_orbits_failed() -> None:
    metrics = pd.DataFrame(
        {
            "metric": ["accel_angle_deg", "acceleration_error"],
            "dataset": ["x_test", "x_test"],
            "split": ["test", "test"],
            "value": [2.0, 7.0],
            "n_orbits": pd.array([10, 10], dtype="Int64"),
            "n_failed": pd.array([1, 1], dtype="Int64"),
        }
    )
    assert run_tables.metric_table(metrics).to_numpy().tolist() == [
        ["orbits", "10, 1 failed"],
        ["acceleration error (%)", "7.00"],
        ["acceleration angle (deg)", "2.00"],
    ]
