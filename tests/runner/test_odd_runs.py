"""Runs that hold anything: each is read as far as it makes sense, and none costs another one."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from runner import wandb_found
from runner.sync import sync_local
from runner.wandb_files import local_listing
from runner.wandb_local import read_run
from runner.wandb_values import finished_at, from_json, started_at
from store import queries, rows as store_rows
from store.connect import read_catalogue, store_version
from store.publish import SyncReport, publish
from store.records import RunRecord
from tests.factories import run_record
from tests.runner.foreign_runs import run_file

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def synced(wandb_dir: Path, store: Path) -> SyncReport:
    return sync_local(wandb_dir, None, store, pytest.fail, lambda done, total: None)


def detail(store: Path, run_id: str) -> queries.RunDetail:
    with read_catalogue(store) as con:
        return queries.run(con, f"e/p/{run_id}")


def only(path: Path) -> RunRecord:
    (record,) = read_run([path])
    assert isinstance(record, RunRecord), record
    return record


@pytest.mark.parametrize(
    ("summary", "finished"),
    [
        ({"_timestamp": NOON.timestamp() + 5}, NOON.replace(second=5)),
        ({"_timestamp": (NOON.timestamp() + 5) * 1000}, None),
        ({"_timestamp": 12.5}, None),
        ({"_timestamp": 12.5, "_wandb": {"runtime": 7}}, NOON.replace(second=7)),
        ({"_timestamp": "NaN", "_wandb": {"runtime": 1e300}}, None),
        ({"_timestamp": True, "_wandb": {"runtime": "x"}}, None),
        ({"_timestamp": [1], "_wandb": 3}, None),
    ],
)
def test_a_clock_that_cannot_be_is_none(summary: dict[str, object], finished: datetime | None) -> None:
    assert finished_at(NOON, summary) == finished


def test_a_start_that_is_no_time_is_none() -> None:
    for text in ("0001-01-01T00:00:00+23:00", "yesterday", ""):
        assert started_at({"orbitsens": {"started_at": text}}, NOON) == NOON
    assert started_at({"orbitsens": {"started_at": 5}}, None) is None


def test_values_that_python_or_json_has_no_word_for_are_kept() -> None:
    digits, deep, flat = "9" * 5000, "[" * 3000 + "]" * 3000, json.dumps(["[" * 3000])
    assert from_json(digits) == digits
    assert from_json(f'{{"n": {digits}, "x": NaN}}') == {"n": digits, "x": "NaN"}
    assert from_json(deep) == deep
    assert from_json(flat) == ["[" * 3000]
    assert from_json(r'{"path\udce9": "/orb\udce9tes", "rocket": "\ud83d\ude80"}') == {
        r"path\udce9": r"/orb\udce9tes",
        "rocket": "🚀",
    }


def test_odd_runs_are_stored_beside_healthy_ones(tmp_path: Path) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    run_file(wandb_dir, "healthy", config={"seed": "1"}, rows=({"loss": "1.0"},))
    run_file(wandb_dir, "clock", summary={"_timestamp": "1.8e12"}, rows=({"loss": "1.0", "_timestamp": "1.8e12"},))
    run_file(wandb_dir, "emptykey", config={"": '"x"', "seed": "2"}, summary={"": "3"}, rows=({"": "4.0"},))
    run_file(wandb_dir, "latin1", config={"file": r'"/data/orb\udce9tes.npz"', "nul": r'"a\u0000b"'})
    run_file(wandb_dir, "huge", config={"seed": "9" * 5000, "deep": "[" * 3000 + "]" * 3000, "big": str(2**90)})
    run_file(
        wandb_dir,
        "text",
        run_group="g\0\n",
        display_name="n\0",
        notes="\0 note",
        tags=["a\0", ""],
        rows=({"x": "1e999", "y": "[1]", "z": "9" * 400, "\0": "5"},),
    )
    run_file(wandb_dir, "past", start=-62_135_596_800)
    report = synced(wandb_dir, store)
    assert (len(report.new), report.failed) == (7, ())
    assert detail(store, "clock").finished_at is None
    assert detail(store, "emptykey").extra_parameters == {"": "x"}
    assert list(detail(store, "emptykey").history_stats["key"]) == [""]
    assert detail(store, "latin1").extra_parameters == {"file": r"/data/orb\udce9tes.npz", "nul": "a\0b"}
    huge = detail(store, "huge").extra_parameters
    assert (huge["seed"], huge["deep"], huge["big"]) == ("9" * 5000, "[" * 3000 + "]" * 3000, 2**90)
    assert detail(store, "text").history_stats["last"].tolist() == [5.0, math.inf, math.inf]
    assert len(synced(wandb_dir, store).unchanged) == 7


def test_a_mapping_in_a_row_has_its_numbers_under_their_names(tmp_path: Path) -> None:
    row = {"d": '{"e": 1, "f": {"g": "NaN"}, "h": "text", "i": [1]}', "m": '{"_type": "image-file", "size": 3}'}
    history = only(run_file(tmp_path / "wandb", "old", rows=(row,))).history
    assert history.column_names == ["step", "d.e", "d.f.g"]
    assert history["d.e"].to_pylist() == [1]
    assert math.isnan(history["d.f.g"][0].as_py())


def test_an_evaluation_list_of_another_program_is_only_a_key_of_the_summary(tmp_path: Path) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    theirs = [
        [{"dataset": ["leo", "geo"], "metrics": {"rmse": {"mean": 2.0}}}],
        [{"dataset": 2024, "metrics": {"rmse": {"mean": 2.0}}}],
        [{"dataset": "leo", "split": {"a": 1}, "metrics": {"rmse": {"mean": 2.0}}}],
        [{"dataset": "leo", "split": "test", "metrics": ["rmse"]}, 7, None],
    ]
    for i, value in enumerate(theirs):
        summary = {"evaluations": json.dumps(value), "acceleration_error": "5.0"}
        run_file(wandb_dir, f"r{i}", config={"dataset_name": '"mine"'}, summary=summary)
    assert synced(wandb_dir, store).failed == ()
    for i, value in enumerate(theirs):
        found = detail(store, f"r{i}")
        assert found.summary["evaluations"] == value
        assert found.metrics[["metric", "dataset", "value"]].values.tolist() == [["acceleration_error", "mine", 5.0]]


def test_a_run_that_cannot_be_read_fails_alone_and_the_watch_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    for run_id in ("a", "odd", "z"):
        run_file(wandb_dir, run_id)
    really = wandb_found.read_run

    def read(paths: tuple[Path, ...], ancestors: tuple[tuple[Path, ...], ...]) -> object:
        if "odd" in paths[0].name:
            raise ZeroDivisionError("a number\nthat is none")
        return really(paths, ancestors)

    monkeypatch.setattr(wandb_found, "read_run", read)
    report = synced(wandb_dir, store)
    assert report.new == ("e/p/a", "e/p/z")
    (failed,) = report.failed
    assert failed.where.endswith("run-odd.wandb")
    assert failed.reason == (
        "The run holds something that cannot be read (ZeroDivisionError: a number that is none); "
        "the other runs are not affected."
    )
    monkeypatch.undo()
    assert synced(wandb_dir, store).new == ("e/p/odd",)


def test_a_run_that_cannot_be_stored_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [run_record(seed) for seed in range(8)]
    keys = [f"{record.entity}/{record.project}/{record.run_id}" for record in records]
    really, hashed = store_rows.metric_rows, store_rows.history_hash

    def made(run_key: str, summary: object, dataset: str | None) -> list[dict[str, object]]:
        if run_key == keys[2]:
            raise KeyError("no rows can be made")
        # A value that Arrow refuses, and a text that DuckDB refuses where it wants a number.
        wrong = {keys[3]: {"value": "five"}, keys[4]: {"metric": None}}.get(run_key, {})
        return [row | wrong for row in really(run_key, summary, dataset)]

    def refused(history: object) -> str:
        if calls.append(history) or len(calls) == 6:
            raise ValueError("no hash")
        return hashed(history)

    calls: list[object] = []
    monkeypatch.setattr(store_rows, "metric_rows", made)
    monkeypatch.setattr(store_rows, "history_hash", refused)
    report = publish(tmp_path, records, source="local", on_wait=pytest.fail)
    failed = {keys[2], keys[3], keys[4], keys[5]}
    assert {unreadable.where for unreadable in report.failed} == failed
    assert set(report.new) == set(report.record_hashes) == set(keys) - failed
    monkeypatch.undo()
    with read_catalogue(tmp_path) as con:
        assert {key for (key,) in con.sql("SELECT run_key FROM runs").fetchall()} == set(keys) - failed
    again = publish(tmp_path, records, source="local", on_wait=pytest.fail)
    assert (set(again.new), len(again.unchanged), again.failed) == (failed, 4, ())


def test_where_every_run_fails_the_store_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: object) -> list[dict[str, object]]:
        raise TypeError("never")

    publish(tmp_path, [run_record(0)], source="local", on_wait=pytest.fail)
    monkeypatch.setattr(store_rows, "metric_rows", none)
    report = publish(tmp_path, [run_record(1)], source="local", on_wait=pytest.fail)
    assert (report.version, report.published, len(report.failed)) == (1, False, 1)
    assert store_version(tmp_path) == 1
    assert not list(tmp_path.glob("*.tmp*"))


json_texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=3),
    max_leaves=8,
).map(json.dumps)
protobuf_texts = st.text(st.characters(codec="utf-8"), max_size=6)
KEYS = protobuf_texts | st.sampled_from(
    ["evaluations", "acceleration_error", "_timestamp", "_wandb", "orbitsens", "data", "parameters", "seed", "width"]
)


odd_runs = st.fixed_dictionaries(
    {
        "config": st.dictionaries(KEYS, json_texts, max_size=5),
        "summary": st.dictionaries(KEYS, json_texts, max_size=5),
        "rows": st.tuples(st.dictionaries(KEYS, json_texts, max_size=5)),
        "run_group": protobuf_texts,
        "display_name": protobuf_texts,
        "notes": protobuf_texts,
        "tags": st.lists(protobuf_texts, max_size=2),
    }
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(odd_runs, min_size=12, max_size=12))
def test_any_json_anywhere_is_stored(tmp_path: Path, runs: list[dict[str, Any]]) -> None:
    work = tmp_path / str(len(list(tmp_path.iterdir())))
    for i, run in enumerate(runs):
        run_file(work / "wandb", f"odd{i}", **run)
    report = synced(work / "wandb", work / "store")
    assert (len(report.new), report.failed) == (len(runs), ())
    for i, run in enumerate(runs):
        kept = {key for key in run["config"] if not key.startswith("_")}
        assert set(detail(work / "store", f"odd{i}").config) == kept


def test_a_folder_without_its_file_is_named(tmp_path: Path) -> None:
    wandb_dir = tmp_path / "wandb"
    run_file(wandb_dir, "r")
    (wandb_dir / "offline-run-20260101_000000-lost").mkdir()
    report = synced(wandb_dir, tmp_path / "store")
    (failed,) = report.failed
    assert failed.where.endswith("-lost")
    assert failed.reason == "The folder has no run file, run-<id>.wandb: no run can be read from it."
    assert [run.run_id for run in local_listing(wandb_dir)] == ["r"]
