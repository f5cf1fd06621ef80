"""Runs side by side: what they differ in, what they share, and what counts as a difference."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pages.shared.runs.compare_settings import at_step
from pages.shared.runs.compare_views import answer
from pages.shared.runs.curve_lines import Line, borders, curve_keys, lines_of_run, lines_of_runs, stage_starts
from pages.shared.runs.differences import Compared, compare, metric_table, parameter_table, shared_text
from store.connect import read_catalogue
from store.run_queries import compared_extras, compared_metrics, compared_runs
from tests.factories import (
    TEST,
    crashed_run,
    diverged_run,
    failed_run,
    filled_store,
    old_run,
    replaced,
    run_record,
)

NO_EXTRAS = pd.DataFrame({"run_key": [], "key": [], "value": []}, dtype=object)
ERROR = f"acceleration error (%) on {TEST}"


def side_by_side(store: Path, records: list) -> tuple[Compared, pa.Table]:  # type: ignore[type-arg]
    filled_store(store, records)
    keys = [f"{r.entity}/{r.project}/{r.run_id}" for r in records]
    with read_catalogue(store) as con:
        return compare(compared_runs(con, keys), compared_extras(con, keys)), compared_metrics(con, keys)


def test_parameters_that_differ_come_with_the_seed_last(tmp_path: Path) -> None:
    records = [run_record(seed, parameters={"width": width}) for width in (16, 8) for seed in (1, 0)]
    found, _ = side_by_side(tmp_path, records)
    assert found.parameters == ["width", "seed"]
    assert found.settings == ["width 8", "width 16"]
    table = parameter_table(found)
    assert table[["width", "seed"]].to_numpy().tolist() == [["8", "0"], ["8", "1"], ["16", "0"], ["16", "1"]]
    assert all(name.startswith("seed 0 · ") for name in table["run"][[0, 2]])
    assert found.shared["depth"] == "3"
    assert not {"width", "seed"} & set(found.shared)
    assert answer(found) == "4 runs of 2 settings: they differ in width and seed."


def test_a_key_that_a_run_lacks_is_a_difference(tmp_path: Path) -> None:
    found, metrics = side_by_side(tmp_path, [run_record(0), old_run(0)])
    table = parameter_table(found).set_index("run")
    assert sorted(table["activation"]) == ["(unset)", "leaky_relu"]
    assert sorted(table["network"]) == ["(unset)", "mlp_v0"]  # a key without a column of its own
    assert "seed" not in found.parameters  # both logged 0
    numbers = metric_table(found, metrics)[0]
    assert numbers[ERROR].null_count == 1


def test_runs_without_any_difference(tmp_path: Path) -> None:
    twin = run_record(0)
    found, metrics = side_by_side(tmp_path, [twin, replaced(twin, run_id="twin")])
    assert found.parameters == []
    assert answer(found) == "2 runs of one setting: they do not differ in any parameter."
    numbers, shared = metric_table(found, metrics)
    assert numbers.column_names == ["run"]
    assert ERROR in shared
    assert "weights 9220" in shared_text(shared)


def test_one_run_is_told_to_need_another(tmp_path: Path) -> None:
    found, metrics = side_by_side(tmp_path, [run_record(0, test_error=7.0)])
    assert "choose at least one more" in answer(found)
    assert metric_table(found, metrics)[0][ERROR].to_pylist() == [7.0]


def test_lost_runs_keep_their_rows(tmp_path: Path) -> None:
    found, metrics = side_by_side(tmp_path, [run_record(0), diverged_run(), crashed_run(), failed_run()])
    rows = {row["state"]: row for row in metric_table(found, metrics)[0].to_pylist()}
    assert set(rows) == {"crashed", "diverged", "failed", "finished"}
    assert rows["finished"]["training time, other work beside it (s)"] == 2.25
    assert rows["diverged"][ERROR] != rows["diverged"][ERROR]
    assert rows["crashed"][ERROR] is rows["failed"][ERROR] is None


def test_a_metric_that_no_run_has_a_finite_value_of_is_said(tmp_path: Path) -> None:
    found, metrics = side_by_side(tmp_path, [diverged_run(100), diverged_run(101)])
    table, shared = metric_table(found, metrics)
    assert ERROR not in table.column_names
    assert shared[ERROR] == "not finite"


def test_two_runs_of_one_id_have_names_of_their_own(tmp_path: Path) -> None:
    one = run_record(0, run_id="same")
    found, _ = side_by_side(tmp_path, [one, replaced(one, project="other")])
    assert found.runs["name"].nunique() == 2


def logged(**runs: list[tuple[str, list[float]]]) -> pd.DataFrame:
    rows = [
        {"run_key": run, "key": key, "step": step, "value": value}
        for run, keys in runs.items()
        for key, values in keys
        for step, value in enumerate(values, start=1)
    ]
    return pd.DataFrame(rows, columns=["run_key", "key", "step", "value"])


def test_lines_have_the_stage_of_each_value() -> None:
    values = logged(a=[("train_loss", [3.0, 2.0, 1.0]), ("val_loss", [9.0]), ("curriculum_phase", [0.0, 0.0, 1.0])])
    lines = lines_of_run(values, "train_loss", "a1", stage_starts(values))
    assert lines[["series", "step", "value", "stage"]].to_numpy().tolist() == [
        ["training", 1, 3.0, 0],
        ["training", 2, 2.0, 0],
        ["training", 3, 1.0, 1],
        ["validation", 1, 9.0, 0],
    ]
    assert lines_of_run(values, "never", "a1", {}).empty


def test_stages_start_where_their_number_changes() -> None:
    nan = float("nan")
    values = logged(a=[("curriculum_phase", [0.0, 0.0, nan, 1.0, 1.0, 2.0])], b=[("curriculum_phase", [1.0])])
    assert stage_starts(values) == {"a": [4, 6], "b": []}
    assert stage_starts(values.iloc[:0]) == {}


def test_borders_are_common_or_of_each_setting() -> None:
    early, late = ("curriculum_phase", [0.0, 1.0, 1.0]), ("curriculum_phase", [0.0, 0.0, 1.0])
    lines = {"b": Line("width 8", "seed 0"), "a": Line("width 16", "seed 0")}
    assert borders(stage_starts(logged(a=[early], b=[early])), lines).to_dict("records") == [
        {"step": 2, "name": "stage 2"}
    ]
    assert borders(stage_starts(logged(a=[early], b=[late])), lines)["series"].tolist() == ["width 16", "width 8"]
    assert borders(stage_starts(logged(a=[("train_loss", [1.0])])), lines).empty


def test_lines_of_several_runs_are_in_the_order_of_the_runs() -> None:
    values = logged(a=[("train_loss", [1.0, 2.0])], b=[("train_loss", [3.0])], c=[("train_loss", [4.0])])
    lines = {"b": Line("width 8", "seed 0"), "a": Line("width 16", "seed 0")}
    found = lines_of_runs(values, "train_loss", lines, {})
    assert found[["run_key", "series", "step", "value"]].to_numpy().tolist() == [
        ["b", "width 8", 1, 3.0],
        ["a", "width 16", 1, 1.0],
        ["a", "width 16", 2, 2.0],
    ]


@pytest.mark.parametrize(
    ("keys", "drawn"),
    [
        ({"val_loss", "train_loss", "zeta"}, ["train_loss", "zeta"]),
        ({"val_loss"}, ["val_loss"]),
        ({"val_percent_error", "percent_error"}, ["percent_error"]),
        (set(), []),
    ],
)
def test_validation_is_drawn_with_its_training_twin(keys: set[str], drawn: list[str]) -> None:
    assert curve_keys(keys) == drawn


def test_the_value_at_a_step_is_the_last_one_logged_until_then() -> None:
    nan = float("nan")
    lines = {"train_loss": logged(a=[("train_loss", [3.0, 2.0, nan])], b=[("train_loss", [5.0])])}
    assert at_step(lines, ["b", "a", "c"], 2)["train_loss"].tolist()[:2] == [5.0, 2.0]
    assert at_step(lines, ["b", "a", "c"], 3)["train_loss"].isna().tolist() == [False, True, True]
    assert at_step(lines, ["b", "a", "c"], 0)["train_loss"].isna().all()
