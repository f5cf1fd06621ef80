"""What becomes of a summary: metrics with their dataset and split, and the state "diverged"."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from store import queries
from store.connect import read_catalogue
from store.measured import divergence, metric_rows, without_orbits
from store.queries import RunDetail
from store.records import RunRecord
from tests.factories import (
    TEST,
    TRAIN,
    crashed_run,
    diverged_run,
    filled_store,
    old_run,
    run_record,
)


def stored(store: Path, record: RunRecord) -> RunDetail:
    filled_store(store, [record])
    with read_catalogue(store) as con:
        return queries.run(con, f"{record.entity}/{record.project}/{record.run_id}")


def evaluation(value: object, dataset: str = TEST, split: str = "test") -> dict[str, object]:
    return {"dataset": dataset, "split": split, "metrics": {"acceleration_error": {"mean": value}}}


def test_evaluations_say_what_they_were_measured_on() -> None:
    rows = metric_rows("r", run_record(0, train_error=2.5, test_error=7.0).summary, TRAIN)
    headline = [row for row in rows if row["metric"] == "acceleration_error"]
    assert [(r["dataset"], r["split"], r["value"]) for r in headline] == [(TRAIN, "train", 2.5), (TEST, "test", 7.0)]
    assert {r["aggregation"] for r in rows} == {"mean over samples"}
    assert {(r["n_orbits"], r["n_failed"], r["code_version"], len(r["per_orbit"])) for r in rows} == {
        (10, 0, "0.1.0", 10)
    }
    assert len(rows) == 8


def test_a_run_without_evaluations_has_them_as_logged_on_its_training_orbits() -> None:
    rows = metric_rows("r", {"acceleration_error": 7.5, "accel_angle_deg": "NaN", "train_loss": 3.0}, TRAIN)
    assert [(r["metric"], r["dataset"], r["split"], r["aggregation"]) for r in rows] == [
        ("acceleration_error", TRAIN, "train", "as logged"),
        ("accel_angle_deg", TRAIN, "train", "as logged"),
    ]


def test_of_two_evaluations_on_the_same_orbits_the_later_counts() -> None:
    summary = {"evaluations": [evaluation(1.0), evaluation(2.0, TRAIN, "train"), evaluation(3.0)]}
    values = {(row["dataset"], row["value"]) for row in metric_rows("r", summary, TRAIN)}
    assert values == {(TEST, 3.0), (TRAIN, 2.0)}


def test_evaluations_in_another_form_are_no_error() -> None:
    odd = [None, 3, {"dataset": TEST}, {"metrics": {"acceleration_error": 5.0}}, evaluation("text"), evaluation(None)]
    for summary in ({"evaluations": odd}, {"evaluations": "none"}, {"acceleration_error": [1, 2]}):
        assert all(row["value"] is None for row in metric_rows("r", summary, None))
        assert divergence(summary) is None


def test_values_per_orbit_have_one_home(store: Path) -> None:
    record = run_record(0)
    slim = without_orbits(record.summary)
    assert "per_orbit" not in str(slim)
    assert {k: v for k, v in slim.items() if k != "evaluations"} == {
        k: v for k, v in record.summary.items() if k != "evaluations"
    }
    filled_store(store, [record])
    with read_catalogue(store) as con:
        table = queries.run_orbit_metrics(con, f"{record.entity}/{record.project}/{record.run_id}")
    chosen = table[(table["metric"] == "acceleration_error") & (table["split"] == "test")]
    assert chosen["orbit"].tolist() == list(range(10))
    assert chosen["value"].tolist() == record.summary["evaluations"][1]["metrics"]["acceleration_error"]["per_orbit"]
    assert len(table) == 80


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "NaN", "Infinity", "-Infinity"])
def test_a_finished_run_whose_headline_is_not_finite_has_diverged(store: Path, value: object) -> None:
    record = replace(run_record(0), summary={"evaluations": [evaluation(2.0, TRAIN, "train"), evaluation(value)]})
    detail = stored(store, record)
    assert detail.state == "diverged"
    assert detail.reason == f"acceleration_error on {TEST} is not a finite number."


def test_an_old_run_whose_last_value_is_not_finite_has_diverged(store: Path) -> None:
    detail = stored(store, old_run(error="NaN"))
    assert detail.state == "diverged"
    assert detail.reason == "acceleration_error is not a finite number at the end of training."
    assert detail.metrics["value"].isna().tolist() == [True]


def test_another_metric_that_is_not_finite_is_no_divergence(store: Path) -> None:
    record = run_record(0)
    assert stored(store, replace(record, summary={**record.summary, "accel_angle_deg": "NaN"})).state == "finished"


def test_a_run_that_did_not_finish_keeps_its_state_and_reason(store: Path) -> None:
    crashed = crashed_run()
    detail = stored(store, replace(crashed, summary={**crashed.summary, "acceleration_error": "NaN"}))
    assert (detail.state, detail.reason) == ("crashed", crashed.reason)


def test_what_could_not_be_read_is_said_beside_the_divergence(store: Path) -> None:
    detail = stored(store, replace(diverged_run(), reason="Its history is cut off."))
    assert detail.reason == f"Its history is cut off. acceleration_error on {TEST} is not a finite number."


@pytest.mark.parametrize(
    ("record", "state", "before"),
    [(run_record(0), "finished", ""), (diverged_run(), "diverged", "not a finite number.* ")],
)
def test_where_the_solver_gave_up_the_reason_says_so(store: Path, record: RunRecord, state: str, before: str) -> None:
    found = stored(store, replace(record, summary={**record.summary, "solver_gave_up": 12}))
    assert found.state == state
    assert found.reason is not None
    assert re.search(before + r"The solver gave up on 12 segments during training", found.reason)
    fine = stored(store, replace(record, summary={**record.summary, "solver_gave_up": 0}))
    assert "solver" not in (fine.reason or "")


@pytest.mark.parametrize(
    ("logged", "value", "aggregation"),
    [
        ({"min": 1.5}, 1.5, "minimum over training, as logged"),
        ({"max": 4}, 4, "maximum over training, as logged"),
        ({"mean": 2.0}, 2.0, "mean over training, as logged"),
        ({"best": 1.0, "max": 3.0}, 1.0, "best over training, as logged"),
        ({"min": 1.0, "last": 2.0}, 2.0, "as logged"),
        ({"first": 9.0}, 9.0, "first of training, as logged"),
    ],
)
def test_of_what_define_metric_kept_the_number_counts_and_says_what_it_is(
    logged: dict[str, float], value: float, aggregation: str
) -> None:
    rows = metric_rows("r", {"acceleration_error": logged}, TRAIN)
    assert [(row["metric"], row["value"], row["aggregation"]) for row in rows] == [
        ("acceleration_error", value, aggregation)
    ]
    assert metric_rows("r", {"acceleration_error": {"inner": 1.0}}, TRAIN) == []


def test_a_figure_that_no_evaluation_has_is_still_a_metric() -> None:
    evaluated = {"dataset": TEST, "split": "test", "metrics": {"rmse": {"mean": 2.0}}}
    rows = metric_rows("r", {"evaluations": [evaluated], "acceleration_error": 5.0}, TRAIN)
    assert [(row["metric"], row["dataset"], row["value"]) for row in rows] == [
        ("rmse", TEST, 2.0),
        ("acceleration_error", TRAIN, 5.0),
    ]


def history(**columns: list[float | None]) -> pa.Table:
    n = len(next(iter(columns.values())))
    return pa.table(
        {"step": pa.array(range(n), pa.int64())} | {k: pa.array(v, pa.float64()) for k, v in columns.items()}
    )


NAN = float("nan")
LOST = "acceleration_error is null in W&B's summary, as NaN is there"


@pytest.mark.parametrize(
    ("summary", "columns", "state", "reason"),
    [
        (
            None,
            {"train_loss": [1.0, NAN, None]},
            "diverged",
            f"{LOST}, and train_loss is not a finite number at the end",
        ),
        ({"min": None}, {"val_loss": [1.0, math.inf]}, "diverged", f"{LOST}, and val_loss is not a finite number"),
        (None, {"acceleration_error": [1.0, NAN]}, "diverged", f"{LOST}, and acceleration_error is not a finite"),
        (None, {"train_loss": [NAN, 1.0]}, "finished", f"{LOST}: its value is not known."),
        ({"min": 1.0}, {"acceleration_error": [1.0, NAN]}, "diverged", "acceleration_error is not a finite number at"),
        ({"min": 1.0}, {"acceleration_error": [NAN, 1.0], "train_loss": [1.0, NAN]}, "finished", ""),
        (5.0, {"train_loss": [1.0, NAN]}, "finished", ""),
    ],
)
def test_what_w_and_b_lost_is_told_by_the_history(
    store: Path, summary: object, columns: dict[str, list[float | None]], state: str, reason: str
) -> None:
    record = replace(old_run(error=1.0), summary={"acceleration_error": summary}, history=history(**columns))
    found = stored(store, record)
    assert found.state == state
    assert (found.reason or "").startswith(reason) and bool(found.reason) == bool(reason)
    running = replace(record, state="running", reason="The run is being written.")
    assert stored(store, running).reason == running.reason
