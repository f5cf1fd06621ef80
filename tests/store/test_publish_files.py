"""What a sync does with files: curves, models, drafts and versions, for readers and for copies of the store."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from store import queries
from store.connect import read_catalogue, store_version
from store.layout import catalogue_path, versions
from store.publish import publish
from store.records import ModelFile
from tests.factories import (
    filled_store,
    old_run,
    run_record,
    seeding_group,
)
from tests.store.looking import everything, files, key, litter, rows


def test_what_no_version_refers_to_is_removed_after_the_grace(store: Path) -> None:
    for steps in (50, 60, 70):
        publish(store, [run_record(0, run_id="it", n_steps=steps)], source="local", on_wait=print)
    assert versions(store) == [1, 2, 3]
    assert len(files(store)) == 3
    final = run_record(0, run_id="it", n_steps=80)
    publish(store, [final], source="local", on_wait=print, grace=timedelta(0))
    assert versions(store) == [4]
    assert len(files(store)) == 1
    with read_catalogue(store) as con:
        assert len(queries.history(con, store, [key(final)], None)) == 80


def test_an_open_reader_keeps_its_version_through_a_sync(store: Path) -> None:
    record = run_record(0, run_id="it", n_steps=60)
    filled_store(store, [record])
    with read_catalogue(store) as con:
        filled_store(store, [run_record(0, run_id="it", n_steps=70), run_record(1)])
        assert len(queries.history(con, store, [key(record)], ["train_loss"])) == 60
        assert queries.groups(con)["n_runs"].tolist() == [1]
    with read_catalogue(store) as con:
        assert len(queries.history(con, store, [key(record)], ["train_loss"])) == 70
        assert queries.groups(con)["n_runs"].tolist() == [2]


def test_runs_are_keyed_by_project_too(store: Path, tmp_path: Path) -> None:
    here = run_record(0, run_id="same", model_dir=tmp_path)
    (tmp_path / "there").mkdir()
    there = run_record(5, run_id="same", project="another", model_dir=tmp_path / "there")
    filled_store(store, [here, there])
    with read_catalogue(store) as con:
        details = [queries.run(con, key(r)) for r in (here, there)]
    assert [d.parameters["seed"] for d in details] == [0, 5]
    kept = [(store / "models" / str(d.model_file)).read_bytes() for d in details]
    originals = [r.model.path.read_bytes() for r in (here, there) if r.model and r.model.path]
    assert kept == originals


def test_a_model_gone_from_its_source_stays_in_the_store(store: Path, tmp_path: Path) -> None:
    record = run_record(0, model_dir=tmp_path)
    filled_store(store, [record])
    before = everything(store)
    assert record.model is not None
    assert record.model.path is not None
    record.model.path.unlink()
    assert filled_store(store, [record]).published is False
    assert filled_store(store, [replace(record, model=None)]).published is False
    assert everything(store) == before
    # A run that did change is another run: the old model is not its own.
    changed = replace(record, name="trained again", model=ModelFile(None, "x", "It was not kept."))
    assert filled_store(store, [changed]).changed == (key(record),)
    with read_catalogue(store) as con:
        detail = queries.run(con, key(record))
    assert (detail.model_file, detail.model_problem) == (None, "It was not kept.")


def test_a_model_that_cannot_be_read_is_a_problem_of_its_run_alone(store: Path, tmp_path: Path) -> None:
    lost = replace(run_record(0), model=ModelFile(tmp_path / "gone.eqx", "artifact"))
    filled_store(store, [lost, run_record(1)])
    with read_catalogue(store) as con:
        problem = queries.run(con, key(lost)).model_problem
    assert problem == "The model file gone.eqx cannot be read: No such file or directory."


def test_a_lost_file_of_the_store_is_restored_by_the_next_sync(store: Path, tmp_path: Path) -> None:
    records = seeding_group(3, model_dir=tmp_path)
    filled_store(store, records)
    before = everything(store)
    next(store.glob("curves/*")).unlink()
    next(store.glob("models/*")).unlink()
    assert filled_store(store, records).published
    assert everything(store) == before


def test_drafts_of_dead_writers_are_swept(store: Path) -> None:
    filled_store(store, [run_record(0)])
    before = everything(store)
    (store / "catalogue-000002.duckdb.tmp").write_bytes(b"half")
    (store / "catalogue-000002.duckdb.tmp.wal").write_bytes(b"half")
    (store / "curves" / "abc.parquet.tmp").write_bytes(b"half")
    # A whole catalogue that its writer did not live to put in force.
    catalogue_path(store, 2).write_bytes(b"anything")
    assert store_version(store) == 1
    filled_store(store, [run_record(0)])
    assert litter(store) == []
    assert versions(store) == [1]
    assert everything(store) == before
    assert filled_store(store, [run_record(1)]).published


def test_a_copy_made_during_a_sync_is_a_whole_store(store: Path, tmp_path: Path) -> None:
    filled_store(store, [run_record(0)])
    before = rows(store)
    filled_store(store, [old_run()])
    # CURRENT was copied after the swap, the directory's list was made before it.
    shutil.copytree(store, tmp_path / "late", ignore=shutil.ignore_patterns("catalogue-000002*"))
    assert rows(tmp_path / "late") == before
    shutil.copytree(store, tmp_path / "early", ignore=shutil.ignore_patterns("CURRENT"))
    assert rows(tmp_path / "early") == rows(store)
