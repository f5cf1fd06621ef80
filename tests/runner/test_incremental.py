"""A sync reads what has changed and nothing else, in portions and in several processes."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from orbitsens.config import ConfigError
from runner import sync as sync_module, wandb_found
from runner.found import Found
from runner.sync import bring_in, sync_local
from runner.tracking import finish_run, log_rows
from store.connect import read_catalogue, store_version
from store.lock import writer_lock
from store.publish import SyncReport
from store.records import RunRecord, Unreadable
from tests.factories import run_record
from tests.runner.runs import finished_runs, open_run, run_config
from tests.store.looking import everything


@pytest.fixture(scope="module")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "wandb"
    finished_runs(folder, 5, "g1", n_steps=50)
    return folder


@pytest.fixture
def wandb_dir(runs_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(runs_folder, tmp_path / "wandb", symlinks=True)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the runs that are read, in order."""
    ids: list[str] = []
    really = wandb_found.read_run

    def read_run(
        paths: tuple[Path, ...], ancestors: tuple[tuple[Path, ...], ...] = ()
    ) -> Iterator[RunRecord | Unreadable]:
        ids.append(paths[0].stem.removeprefix("run-"))
        return really(paths, ancestors)

    monkeypatch.setattr(wandb_found, "read_run", read_run)
    return ids


def synced(wandb_dir: Path, store: Path, since: datetime | None = None) -> SyncReport:
    return sync_local(wandb_dir, None, store, pytest.fail, lambda done, total: None, since)


def file_of(wandb_dir: Path, run_id: str) -> Path:
    (path,) = wandb_dir.glob(f"*/run-{run_id}.wandb")
    return path


def test_files_that_have_not_changed_are_not_read_again(wandb_dir: Path, tmp_path: Path, read: list[str]) -> None:
    store = tmp_path / "store"
    assert len(synced(wandb_dir, store).new) == 5
    assert len(read) == 5
    assert len(synced(wandb_dir, store).unchanged) == 5
    assert len(read) == 5

    changed = file_of(wandb_dir, "g1-2")
    data = changed.read_bytes()
    changed.write_bytes(data[: len(data) // 2])
    os.utime(changed, (0, 0))
    (wandb_dir / "latest-run").unlink(missing_ok=True)
    report = synced(wandb_dir, store)
    assert (report.changed, len(report.unchanged)) == (("mlds-lab/neuralODEs/g1-2",), 4)
    assert read[5:] == ["g1-2"]
    with read_catalogue(store) as con:
        states = dict(con.sql("SELECT run_id, state FROM runs").fetchall())
    assert states["g1-2"] == "crashed"


def test_a_run_that_lived_is_read_again_and_one_that_ended_is_not_however_time_goes_by(
    wandb_dir: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, cut = tmp_path / "store", file_of(wandb_dir, "g1-2")
    cut.write_bytes(cut.read_bytes()[:-5])
    synced(wandb_dir, store)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1000)
    report = synced(wandb_dir, store)
    assert (report.changed, read[5:]) == (("mlds-lab/neuralODEs/g1-2",), ["g1-2"])
    synced(wandb_dir, store)
    assert len(read) == 6
    with read_catalogue(store) as con:
        assert con.sql("SELECT state FROM runs WHERE run_id = 'g1-2'").fetchall() == [("crashed",)]


def test_a_model_that_changes_is_read_again(wandb_dir: Path, tmp_path: Path, read: list[str]) -> None:
    store = tmp_path / "store"
    synced(wandb_dir, store)
    model = file_of(wandb_dir, "g1-1").parent / "files" / "g1-1.eqx"
    model.chmod(0o644)
    model.write_bytes(b"another")
    synced(wandb_dir, store)
    assert read[5:] == ["g1-1"]


def test_what_the_store_has_lost_is_read_again(wandb_dir: Path, tmp_path: Path, read: list[str]) -> None:
    store = tmp_path / "store"
    synced(wandb_dir, store)
    before = everything(store)
    lost = min((store / "curves").iterdir())
    lost.unlink()
    assert len(synced(wandb_dir, store).changed) == 1
    assert everything(store) == before
    (store / "SEEN.parquet").write_bytes(b"broken")
    assert len(synced(wandb_dir, store).unchanged) == 5
    for path in [*store.glob("catalogue-*"), store / "CURRENT"]:
        path.unlink()
    assert len(synced(wandb_dir, store).new) == 5
    assert everything(store) == before


def test_a_run_that_cannot_be_read_is_tried_again(wandb_dir: Path, tmp_path: Path, read: list[str]) -> None:
    file_of(wandb_dir, "g1-0").write_bytes(b"broken")
    for _ in range(2):
        report = synced(wandb_dir, tmp_path / "store")
        assert len(report.failed) == 1
    assert read.count("g1-0") == 2
    assert read.count("g1-1") == 1


def test_the_end_of_a_process_is_a_change(tmp_path: Path, read: list[str]) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    run = open_run(wandb_dir, "r", run_config())
    log_rows(run, {"step": np.array([1]), "train_loss": np.array([1.0])})
    synced(wandb_dir, store)
    finish_run(run, {}, None)
    report = synced(wandb_dir, store)
    assert (len(report.new) + len(report.changed), len(report.failed)) == (1, 0)


def test_since_chooses_by_the_start(wandb_dir: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert synced(wandb_dir, tmp_path / "store", now + timedelta(hours=1)).new == ()
    assert len(synced(wandb_dir, tmp_path / "store", now - timedelta(hours=1)).new) == 5


def test_portions_and_processes_end_in_the_same_store(
    wandb_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(wandb_dir, tmp_path / "one")
    monkeypatch.setattr(sync_module, "PORTION_RUNS", 2)
    monkeypatch.setattr(sync_module, "ENOUGH_FOR_PROCESSES", 1)
    told: list[tuple[int, int]] = []
    report = sync_local(wandb_dir, ["g1"], tmp_path / "many", pytest.fail, lambda *counts: told.append(counts))
    assert (len(report.new), report.version) == (5, 3)
    assert told == [(n, 5) for n in range(1, 6)]
    assert everything(tmp_path / "many") == everything(tmp_path / "one")


def test_what_was_read_before_a_source_broke_off_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr(sync_module, "PORTION_RUNS", 2)

    def found() -> Iterator[Found | Unreadable]:
        for seed in range(5):
            yield Found(f"place {seed}", "mark", lambda seed=seed: [run_record(seed)])
        raise ConfigError("The server is away.")

    store = tmp_path / "store"
    with ThreadPoolExecutor(2) as pool, pytest.raises(ConfigError, match="away"):
        bring_in(found(), pool, "api", store, pytest.fail, lambda done: None)
    with read_catalogue(store) as con:
        assert con.sql("SELECT count(*) FROM runs").fetchall() == [(5,)]
    assert store_version(store) == 3


def test_a_sync_beside_another_writer_waits_and_says_for_whom(wandb_dir: Path, tmp_path: Path) -> None:
    store, said, reports = tmp_path / "store", [], []
    waiting = threading.Event()

    def on_wait(message: str) -> None:
        said.append(message)
        waiting.set()

    def sync() -> None:
        reports.append(sync_local(wandb_dir, ["g1"], store, on_wait, lambda done, total: None))

    thread = threading.Thread(target=sync)
    with writer_lock(store, pytest.fail):
        thread.start()
        assert waiting.wait(60)
        assert not reports
    thread.join(60)
    assert f"process {os.getpid()} on" in said[0]
    assert len(reports[0].new) == 5
