"""The questions of pages, on a store with the seeding study and a group of runs in all states."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from store import queries
from store.connect import StoreError, read_catalogue
from store.filters import of_group
from tests.factories import (
    SEEDING,
    TEST,
    TRAIN,
    architecture_group,
    diverged_run,
    filled_store,
    mixed_group,
    old_run,
    replaced,
    run_record,
    seeding_group,
)

STATES = ("finished", "running", "crashed", "failed", "killed", "diverged")


def key(record: object) -> str:
    return "/".join(getattr(record, field) for field in ("entity", "project", "run_id"))


def test_groups_count_every_run_once(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        table = queries.groups(con).set_index("group")
    assert table.index.tolist() == ["mixed", SEEDING]
    assert table.loc[SEEDING, ["n_runs", *STATES]].tolist() == [20, 20, 0, 0, 0, 0, 0]
    assert table.loc["mixed", ["n_runs", *STATES]].tolist() == [11, 6, 1, 1, 1, 1, 1]
    assert table["datasets"].tolist() == [TRAIN, TRAIN]
    assert str(table["first_created"].dtype) == "datetime64[us, UTC]"
    assert table.loc[SEEDING, "first_created"] == pd.Timestamp("2026-01-28 12:00", tz="UTC")
    assert table.loc[SEEDING, "last_created"] == pd.Timestamp("2026-01-28 12:12:40", tz="UTC")


def test_metric_choices_say_how_many_runs_were_measured(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        table = queries.metric_choices(con, of_group("mixed")).set_index(["metric", "dataset", "split"])["n_runs"]
        assert queries.metric_choices(con, of_group("no such group")).empty
    assert table["acceleration_error", TEST, "test"] == 6
    # The five unfinished runs, but the one without history, have the value that W&B kept; so has the old one.
    assert table["acceleration_error", TRAIN, "train"] == 6 + 3 + 1


def test_run_metric_has_a_row_for_every_run_of_the_group(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        table = queries.run_metric(con, of_group("mixed"), "acceleration_error", TEST, "test").set_index("run_key")
    assert sorted(table["state"]) == sorted(["finished"] * 6 + ["running", "crashed", "failed", "killed", "diverged"])
    expected = {
        key(r): r.summary["evaluations"][1]["metrics"]["acceleration_error"]["mean"]
        for r in seeding_group(5, group="mixed")
    }
    assert table.loc[list(expected), "value"].tolist() == list(expected.values())
    assert table["value"].notna().sum() == 5
    assert table.loc[key(diverged_run(group="mixed")), "n_orbits"] == 10
    assert table.loc[key(old_run(group="mixed")), "n_orbits"] is pd.NA


def test_run_metric_has_typed_parameters(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        table = queries.run_metric(con, of_group("mixed"), "acceleration_error", TEST, "test")
    kinds = {name: str(table[name].dtype) for name in ("width", "seed", "rtol", "planar_constraint", "lr_strategy")}
    assert kinds == {
        "width": "Int64",
        "seed": "Int64",
        "rtol": "float64",
        "planar_constraint": "boolean",
        "lr_strategy": "str",
    }
    assert table["planar_constraint"].isna().sum() == 1


def test_nothing_varies_in_the_seeding_study_but_the_seed(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        assert queries.varying_parameters(con, of_group(SEEDING)) == []
        table = queries.run_metric(con, of_group(SEEDING), "acceleration_error", TEST, "test")
    assert table["seed"].tolist() == list(range(20))
    assert table["setting_hash"].nunique() == 1


def test_seeds_that_are_set_apart_make_no_setting_of_their_own(store: Path) -> None:
    apart = [{}, {"init_seed": 1}, {"batch_seed": 2}, {"split_seed": 3}]
    filled_store(store, [run_record(0, parameters=seeds) for seeds in apart])
    with read_catalogue(store) as con:
        assert queries.varying_parameters(con, of_group(SEEDING)) == []
        table = queries.run_metric(con, of_group(SEEDING), "acceleration_error", TEST, "test")
    assert len(table) == 4 and table["setting_hash"].nunique() == 1
    assert sorted(table["init_seed"].dropna()) == [1]


def test_varying_parameters_name_what_varies_and_count_unset_as_a_value(store: Path) -> None:
    group = "sizes"
    filled_store(store, architecture_group(2, group=group))
    with read_catalogue(store) as con:
        assert queries.varying_parameters(con, of_group(group)) == ["width", "depth"]
    one = run_record(7, group=group, parameters={"width": 32, "depth": 2})
    logged = {k: v for k, v in one.config["parameters"].items() if k != "rtol"}
    filled_store(store, [replaced(one, config={**one.config, "parameters": logged})])
    with read_catalogue(store) as con:
        assert queries.varying_parameters(con, of_group(group)) == ["width", "depth", "rtol"]
        assert queries.varying_parameters(con, of_group("no such group")) == []


def test_runs_without_a_group_are_asked_for_by_none(store: Path) -> None:
    filled_store(store, [run_record(0, group=None), run_record(1, group="some")])
    with read_catalogue(store) as con:
        assert queries.groups(con)["group"].isna().sum() == 1
        assert len(queries.run_metric(con, of_group(None), "acceleration_error", TEST, "test")) == 1
        assert queries.metric_choices(con, of_group(None))["n_runs"].unique().tolist() == [1]


def test_run_returns_all_of_a_run(shared_store: Path) -> None:
    record = seeding_group(20)[4]
    with read_catalogue(shared_store) as con:
        detail = queries.run(con, key(record))
    assert detail.parameters["seed"] == 4
    assert (detail.name, detail.group, detail.state, detail.tags) == (
        record.name,
        SEEDING,
        "finished",
        ("seeding", "test"),
    )
    assert detail.created_at == record.created_at
    assert detail.finished_at == record.finished_at
    assert (detail.duration, detail.train_seconds, detail.n_parameters) == (33.5, 2.25, 9220)
    assert detail.config["data"]["dataset_name"] == TRAIN
    assert detail.summary["best_step"] == 180
    assert len(detail.metrics) == 8
    assert detail.model_bytes == (shared_store / "models" / str(detail.model_file)).stat().st_size
    assert str(detail.model_file).startswith(record.run_id)
    assert detail.n_history_rows == 200


def test_run_statistics_are_those_of_the_history(shared_store: Path) -> None:
    record = seeding_group(20)[4]
    with read_catalogue(shared_store) as con:
        stats = queries.run(con, key(record)).history_stats.set_index("key")
    loss = record.history["train_loss"].to_numpy()
    assert stats.loc["train_loss"].to_dict() == {
        "n": 200,
        "first": loss[0],
        "last": loss[-1],
        "min": loss.min(),
        "max": loss.max(),
        "step_of_min": int(np.argmin(loss)) + 1,
    }
    assert stats.loc["acceleration_error", "n"] == 4


def test_an_unknown_run_is_said_so(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con, pytest.raises(StoreError, match="There is no run a/b/c in the store"):
        queries.run(con, "a/b/c")


def test_history_is_complete_and_in_order(shared_store: Path) -> None:
    records = seeding_group(20)[2:4]
    with read_catalogue(shared_store) as con:
        table = queries.history(con, shared_store, [key(r) for r in records[::-1]], None)
        keys = queries.history_keys(con, [key(r) for r in records])
    assert table.columns.tolist() == ["run_key", "step", *sorted(set(records[0].history.column_names) - {"step"})]
    for record in records:
        mine = table[table["run_key"] == key(record)].drop(columns="run_key").reset_index(drop=True)
        original = record.history.to_pandas()
        pd.testing.assert_frame_equal(mine[original.columns], original)
    assert set(keys["key"]) == set(records[0].history.column_names) - {"step"}
    assert set(keys["n_runs"]) == {2}


def test_history_of_chosen_keys(shared_store: Path) -> None:
    run_keys = [key(r) for r in mixed_group()]
    with read_catalogue(shared_store) as con:
        table = queries.history(con, shared_store, run_keys, ["val_loss", "train_loss"])
        nothing = queries.history(con, shared_store, [], ["train_loss"])
    assert table.columns.tolist() == ["run_key", "step", "val_loss", "train_loss"]
    assert table["val_loss"].isna().all()
    assert table["train_loss"].notna().all()
    # Of eleven runs, the one that failed before its first step has no rows.
    assert table["run_key"].nunique() == 10
    assert nothing.empty
    assert nothing.columns.tolist() == ["run_key", "step", "train_loss"]


def test_a_curve_that_is_gone_is_said_so(store: Path) -> None:
    record = run_record(0)
    filled_store(store, [record])
    next(store.glob("curves/*")).unlink()
    with (
        read_catalogue(store) as con,
        pytest.raises(StoreError, match=r"curves of run .* are missing .*doctor"),
    ):
        queries.history(con, store, [key(record)], None)


def test_what_a_group_cost_is_the_sum_over_its_runs(shared_store: Path) -> None:
    with read_catalogue(shared_store) as con:
        costs = queries.group_costs(con, of_group(SEEDING))
        runs = con.execute('SELECT * FROM runs WHERE "group" = ?', [SEEDING]).df()
        nothing = queries.group_costs(con, of_group("no such group"))
    span = (runs["finished_at"].max() - runs["created_at"].min()).total_seconds() / 60
    assert costs.n_runs == 20 and costs.span_minutes == pytest.approx(span)
    assert costs.train_seconds == pytest.approx(runs["train_seconds"].sum())
    assert nothing == (0, 0.0, 0.0, "(unset)")


def test_where_a_run_is_measured_is_no_choice_in_how_it_is_made(store: Path) -> None:
    one, other = run_record(0), run_record(1, parameters={"width": 32})
    data = {**other.config["data"], "test_dataset": "simple_TBP_planar_10_test"}
    filled_store(store, [one, replaced(other, config={**other.config, "data": data})])
    with read_catalogue(store) as con:
        assert con.execute("SELECT count(DISTINCT coalesce(test_dataset, '')) FROM parameters").fetchall() == [(2,)]
        assert queries.varying_parameters(con, of_group(SEEDING)) == ["width"]
