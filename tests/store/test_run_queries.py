"""Tables of runs: columns of every kind, sorted by any, in parts; a few runs side by side; what was logged."""

import math
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from store.connect import StoreError, read_catalogue
from store.filters import EVERYTHING, RunFilter, of_group
from store.run_columns import RunColumn
from store.run_queries import (
    compared_extras,
    compared_metrics,
    compared_runs,
    history_choices,
    logged_values,
    run_table,
    runs_named,
)
from tests.factories import (
    SEEDING,
    TEST,
    diverged_run,
    failed_run,
    filled_store,
    mixed_group,
    old_run,
    replaced,
    run_record,
    seeding_group,
)

ERROR = RunColumn("metric", "acceleration_error", TEST, "test")
SEED = RunColumn("parameter", "seed")


def key(record: object) -> str:
    return "/".join(getattr(record, field) for field in ("entity", "project", "run_id"))


def test_columns_of_every_kind(shared_store: Path) -> None:
    columns = [
        SEED,
        RunColumn("fact", "tags"),
        RunColumn("extra", "network"),
        ERROR,
        RunColumn("history", "train_loss", statistic="min"),
        RunColumn("history", "train_loss", statistic="step_of_min"),
    ]
    with read_catalogue(shared_store) as con:
        table = run_table(con, of_group("mixed"), columns)
    rows = {row["run_key"]: row for row in table.to_pylist()}
    assert len(rows) == 11
    record = seeding_group(5, group="mixed")[2]
    loss = record.history["train_loss"].to_numpy()
    measured = record.summary["evaluations"][1]["metrics"]["acceleration_error"]["mean"]
    assert list(rows[key(record)].values()) == [
        key(record), record.run_id, "finished", 2, ["seeding", "test"], None, measured, loss.min(), loss.argmin() + 1,
    ]  # fmt: skip
    assert rows[key(old_run(group="mixed"))]["c2"] == '"mlp_v0"'
    assert math.isnan(rows[key(diverged_run(group="mixed"))]["c3"])  # measured, and not finite
    assert rows[key(failed_run(group="mixed"))]["c3"] is None  # not measured
    assert rows[key(failed_run(group="mixed"))]["c4"] is None  # no history


@pytest.mark.parametrize("descending", [False, True])
def test_numbers_come_first_then_the_diverged_then_the_unmeasured(shared_store: Path, descending: bool) -> None:
    with read_catalogue(shared_store) as con:
        table = run_table(con, of_group("mixed"), [ERROR], order=ERROR, descending=descending)
    values = table["c0"].to_pylist()
    assert values[:5] == sorted(values[:5], reverse=descending)
    assert math.isnan(values[5])
    assert values[6:] == [None] * 5


def test_the_newest_runs_come_first_and_parts_make_the_whole(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        whole = run_table(con, EVERYTHING, [])
        parts = [run_table(con, EVERYTHING, [], limit=7, offset=offset) for offset in range(0, 35, 7)]
        created = run_table(con, EVERYTHING, [RunColumn("fact", "created_at")])["c0"].to_pylist()
    assert whole.num_rows == 31
    assert pa.concat_tables(parts)["run_key"].to_pylist() == whole["run_key"].to_pylist()
    assert created == sorted(created, reverse=True)
    assert created[0].utcoffset() == timedelta(0)


def test_schedules_are_sorted_by_their_numbers(store: Path) -> None:
    alternatives = ((18,), (4,), (36,), (4, 18))
    filled_store(
        store,
        [run_record(i, parameters={"segment_length_strategy": length}) for i, length in enumerate(alternatives)],
    )
    column = RunColumn("parameter", "segment_length_strategy")
    with read_catalogue(store) as con:
        up = run_table(con, EVERYTHING, [column], order=column)["c0"].to_pylist()
        down = run_table(con, EVERYTHING, [column], order=column, descending=True)["c0"].to_pylist()
    assert up == ["[4]", "[4, 18]", "[18]", "[36]"]
    assert down == up[::-1]


def test_odd_schedules_of_old_runs_are_sorted_too(store: Path) -> None:
    windows = {"length_strategy": [[0.0, 0.5], [0.0, 1.0]]}
    filled_store(store, [run_record(0, parameters=windows), run_record(1), old_run()])
    column = RunColumn("parameter", "length_strategy")
    with read_catalogue(store) as con:
        assert run_table(con, EVERYTHING, [column], order=column)["c0"].to_pylist() == [
            "[[0, 0.5], [0, 1]]",
            "[[0, 1]]",
            None,
        ]


@pytest.mark.parametrize(
    "column",
    [
        RunColumn("fact", "config"),
        RunColumn("fact", 'x"; DROP TABLE runs; --'),
        RunColumn("parameter", "wdth"),
        RunColumn("history", "train_loss", statistic="median"),
    ],
)
def test_unknown_columns_are_refused_in_a_sentence(shared_store: Path, column: RunColumn) -> None:
    with read_catalogue(shared_store) as con, pytest.raises(StoreError, match=r"^There is no .*\.$"):
        run_table(con, EVERYTHING, [column])


def test_history_choices_count_the_matching_runs(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        found = history_choices(con, of_group("mixed")).set_index("key")["n_runs"]
        assert history_choices(con, RunFilter(groups=("none",))).empty
    assert found["train_loss"] == 10  # all but the one that failed before its first step
    assert found["acceleration_error"] == 9  # the old one has the loss alone


def test_runs_are_found_by_id_and_by_key(store: Path) -> None:
    one = run_record(0, run_id="same")
    filled_store(store, [one, replaced(one, project="other"), run_record(1, run_id="lone")])
    with read_catalogue(store) as con:
        assert runs_named(con, ["lone", "gone"])["run_key"].tolist() == ["mlds-lab/neuralODEs/lone"]
        assert len(runs_named(con, ["same"])) == 2
        assert runs_named(con, ["mlds-lab/other/same"])["run_id"].tolist() == ["same"]
        assert runs_named(con, []).empty


def test_runs_side_by_side(shared_store: Path) -> None:
    old, new = old_run(group="mixed"), seeding_group(5, group="mixed")[0]
    with read_catalogue(shared_store) as con:
        runs = compared_runs(con, [key(new), key(old)]).set_index("run_key")
        extras = compared_extras(con, [key(new), key(old)])
        metrics = compared_metrics(con, [key(new), key(old)])
    assert runs.loc[key(new), "activation"] == "leaky_relu"
    assert runs["activation"].isna().tolist() == [new.run_id > old.run_id, new.run_id < old.run_id]
    assert extras[["run_key", "key", "value"]].to_numpy().tolist() == [[key(old), "network", '"mlp_v0"']]
    of_old = [row for row in metrics.to_pylist() if row["run_key"] == key(old)]
    assert [(row["metric"], row["split"], row["value"]) for row in of_old] == [("acceleration_error", "train", 7.5)]
    assert metrics.num_rows == 1 + 2 * 4


def test_logged_values_are_exactly_what_was_logged(store: Path) -> None:
    records = [run_record(0), failed_run()]
    steps, losses = np.arange(1, 7), np.array([3.0, np.nan, 1.0, np.inf, 2.0, 4.0])
    sparse = pa.array([None, 5.0, None, None, math.nan, None], pa.float64())
    history = pa.table({"step": steps, "train_loss": losses, "val_loss": sparse})
    odd = replaced(run_record(1), history=history)
    filled_store(store, [*records, odd])
    with read_catalogue(store) as con:
        logged = logged_values(con, store, [key(r) for r in (*records, odd)], ["train_loss", "val_loss", "never"])
        nothing = logged_values(con, store, [key(failed_run())], ["train_loss"]).values
    assert logged.unreadable == {}
    found = logged.values
    of_odd = found[found["run_key"] == key(odd)]
    assert of_odd["key"].tolist() == ["train_loss"] * 6 + ["val_loss"] * 2
    np.testing.assert_array_equal(of_odd["value"][:6], losses)
    np.testing.assert_array_equal(of_odd["value"][6:], [5.0, np.nan])
    assert of_odd["step"].tolist() == [*range(1, 7), 2, 5]
    assert (found["run_key"] == key(records[0])).sum() == 200
    assert nothing.empty
    assert nothing.columns.tolist() == ["run_key", "key", "step", "value"]


def test_all_of_a_group_is_listed_with_its_filter(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        assert run_table(con, RunFilter(groups=(SEEDING,), states=("crashed",)), []).num_rows == 0
        assert run_table(con, RunFilter(states=("crashed",)), []).num_rows == 1
        assert run_table(con, of_group("mixed"), []).num_rows == len(mixed_group())
