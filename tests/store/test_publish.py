"""What a sync makes of records: new, changed, unchanged and failed runs, and the same store from the same records."""

import shutil
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from store import queries
from store.connect import StoreError, read_catalogue, store_version
from store.filters import of_group
from store.layout import catalogue_path, last_sync, versions
from store.records import ModelFile, RunRecord, SeenBefore, Unreadable
from tests.factories import (
    TEST,
    architecture_group,
    filled_store,
    mixed_group,
    replaced,
    run_record,
    seeding_group,
)
from tests.store.looking import everything, key, litter


def test_publishing_twice_changes_nothing(store: Path, tmp_path: Path) -> None:
    records = [*seeding_group(6, model_dir=tmp_path), *mixed_group()]
    first = filled_store(store, records)
    assert (set(first.new), first.changed, first.unchanged) == ({key(r) for r in records}, (), ())
    before, catalogue = everything(store), catalogue_path(store, 1).read_bytes()
    second = filled_store(store, records)
    assert (second.new, second.changed, second.published, second.version) == ((), (), False, 1)
    assert set(second.unchanged) == {key(r) for r in records}
    assert everything(store) == before
    assert catalogue_path(store, 1).read_bytes() == catalogue
    assert versions(store) == [1]


def test_a_sync_without_news_is_noted(store: Path) -> None:
    assert last_sync(store) is None
    filled_store(store, [run_record()])
    (store / "SYNCED").write_text("2026-01-01T00:00:00+00:00\n")
    filled_store(store, [run_record()])
    noted = last_sync(store)
    assert noted is not None
    assert noted.year > 2026 or noted.month > 1 or noted.day > 1


def test_rebuilding_gives_the_same_rows_and_files_in_whatever_order(store: Path, tmp_path: Path) -> None:
    records = [*seeding_group(5, model_dir=tmp_path), *architecture_group(2), *mixed_group()]
    filled_store(store, records)
    before = everything(store)
    shutil.rmtree(store)
    for some in (records[7:], records[:3], records[::-1]):
        filled_store(store, some)
    assert everything(store) == before
    assert len(before[1]) > len(records) // 2


def test_the_source_does_not_make_a_change(store: Path) -> None:
    filled_store(store, [run_record()])
    elsewhere = replace(run_record(), source="api", url="https://wandb.ai/a/b/runs/c")
    assert filled_store(store, [elsewhere]).published is False


CHANGES: dict[str, object] = {
    "name": "another",
    "group": "another",
    "state": "crashed",
    "reason": "Its history is cut off.",
    "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    "finished_at": None,
    "tags": ("another",),
    "notes": "a note",
    "config": {"parameters": {"seed": 0}},
    "summary": {"acceleration_error": 1.0},
    "history": pa.table({"step": [1], "train_loss": [1.0]}),
    "model": ModelFile(None, "artifact", "It was not kept."),
    "sweep_id": "abcd1234",
    "assumed": {"scalar": 1.0},
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_any_field_is_a_change(store: Path, field: str) -> None:
    record = run_record(0)
    filled_store(store, [record])
    changed = replaced(record, **{field: CHANGES[field]})
    assert filled_store(store, [changed]).changed == (key(record),)
    assert filled_store(store, [changed]).unchanged == (key(record),)


def test_every_field_is_a_key_or_seen_when_it_changes() -> None:
    assert {f.name for f in fields(RunRecord)} == {*CHANGES, "entity", "project", "run_id", "source", "url"}


def test_what_was_seen_before_is_read_only_if_the_store_does_not_have_it(store: Path, tmp_path: Path) -> None:
    record = run_record(0, model_dir=tmp_path)
    read: list[str] = []

    def anew() -> list[RunRecord]:
        read.append("anew")
        return [record]

    hashes = filled_store(store, [record]).record_hashes
    assert set(hashes) == {key(record)}
    assert filled_store(store, [SeenBefore(hashes, anew)]).unchanged == (key(record),)
    assert read == []
    (lost,) = (store / "models").iterdir()
    lost.unlink()
    report = filled_store(store, [SeenBefore(hashes, anew)])
    assert (report.changed, report.record_hashes, read) == ((key(record),), hashes, ["anew"])
    assert lost.exists()
    assert filled_store(tmp_path / "other", [SeenBefore(hashes, anew)]).new == (key(record),)
    assert filled_store(store, [SeenBefore({key(record): "another"}, anew)]).unchanged == (key(record),)
    assert len(read) == 3


def test_a_changed_run_is_replaced_whole(store: Path, tmp_path: Path) -> None:
    others = [run_record(seed, model_dir=tmp_path) for seed in (1, 2)]
    before = run_record(0, run_id="it", state="running", n_steps=60)
    after = run_record(0, run_id="it", model_dir=tmp_path)
    filled_store(store, [before, *others])
    report = filled_store(store, [after, *others])
    assert (report.new, report.changed, len(report.unchanged)) == ((), (key(after),), 2)
    changed = everything(store)
    shutil.rmtree(store)
    filled_store(store, [after, *others])
    fresh = everything(store)
    assert changed[0] == fresh[0]
    # The curve of before stays for readers of the version before.
    assert changed[1].keys() - fresh[1].keys() == {f for f in changed[1] if f.startswith("curves/")} - fresh[1].keys()
    assert fresh[1].items() <= changed[1].items()


def test_the_unreadable_is_listed_and_stops_nothing(store: Path) -> None:
    lost = Unreadable("wandb/offline-run-x", "Its file is empty.")
    report = filled_store(store, [run_record(0), lost, run_record(1)])  # type: ignore[list-item]
    assert report.failed == (lost,)
    assert len(report.new) == 2


def test_of_two_records_of_a_run_the_first_is_used(store: Path) -> None:
    twice = [run_record(0, run_id="it"), run_record(1, run_id="it")]
    report = filled_store(store, twice)
    assert report.new == (key(twice[0]),)
    assert [f.where for f in report.failed] == [key(twice[0])]
    with read_catalogue(store) as con:
        assert queries.run(con, key(twice[0])).parameters["seed"] == 0
    assert filled_store(store, twice).published is False


def test_an_error_of_the_source_leaves_the_store_as_it_was(store: Path) -> None:
    def records() -> object:
        yield run_record(1)
        raise ValueError("the source broke")

    filled_store(store, [run_record(0)])
    before = everything(store)
    with pytest.raises(ValueError, match="the source broke"):
        filled_store(store, records())  # type: ignore[arg-type]
    assert everything(store) == before
    assert litter(store) == []
    assert filled_store(store, [run_record(1)]).published


def test_many_runs_come_in_portions(store: Path) -> None:
    empty = pa.table({"step": pa.array([], pa.int64())})
    records = [replace(run_record(seed), history=empty) for seed in range(250)]
    filled_store(store, records[:240])
    report = filled_store(store, records)
    assert (len(report.new), len(report.unchanged)) == (10, 240)
    with read_catalogue(store) as con:
        table = queries.run_metric(con, of_group(records[0].group), "acceleration_error", TEST, "test")
    assert table["run_key"].is_unique
    assert sorted(table["seed"]) == list(range(250))


def test_a_store_without_any_catalogue_says_what_to_do(store: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"There is no run store at .*: run `python -m runner sync`"),
        read_catalogue(store),
    ):
        pass
    filled_store(store, [run_record()])
    catalogue_path(store, 1).unlink()
    with pytest.raises(StoreError, match=r"holds no catalogue-000001\.duckdb"):
        store_version(store)
    (store / "CURRENT").write_text("rubbish")
    with pytest.raises(StoreError, match="does not name a catalogue"):
        store_version(store)
    filled = catalogue_path(store, 1)
    filled.write_bytes(b"no database at all")
    (store / "CURRENT").write_text(filled.name)
    with pytest.raises(StoreError, match=r"The run store's catalogue .* cannot be read"), read_catalogue(store):
        pass
