import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from runner.commands.sync import sync
from runner.sync import sync_local
from runner.sync_report import report_lines
from store.connect import read_catalogue, store_version
from store.publish import SyncReport
from tests.runner.runs import ROOT, finished_runs, killed_run, wait_for

RUNS = {"a": 2, "b": 4}
LARGEST_FILE = 60_000  # bytes


@pytest.fixture(scope="module")
def wandb_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "wandb"
    for group, n in RUNS.items():
        finished_runs(folder, n, group, n_steps=300)
    return folder


def synced(wandb_dir: Path, groups: list[str], store: Path) -> SyncReport:
    return sync_local(wandb_dir, groups, store, on_wait=pytest.fail, on_progress=lambda done, total: None)


def content(store: Path) -> dict[str, object]:
    """Every row of every table but the books of syncs, and every file's name and bytes."""
    with read_catalogue(store) as con:
        tables = {name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()} - {"syncs"}
        rows = {name: sorted(map(repr, con.sql(f"SELECT * FROM {name}").fetchall())) for name in tables}
    files = {path.name: path.read_bytes() for folder in ("curves", "models") for path in (store / folder).iterdir()}
    return {**rows, "files": files}


def groups_in(store: Path) -> dict[str, int]:
    with read_catalogue(store) as con:
        return dict(con.sql('SELECT "group", count(*) FROM runs GROUP BY ALL').fetchall())


def test_finished_runs_land_in_the_store_and_a_second_sync_changes_nothing(wandb_dir: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    store = tmp_path / "store"
    first = sync_local(wandb_dir, ["b"], store, pytest.fail, lambda done, total: told.append((done, total)))
    assert [key.rpartition("/")[2] for key in first.new] == ["b-0", "b-1", "b-2", "b-3"]
    assert (first.changed, first.unchanged, first.failed, first.version, first.published) == ((), (), (), 1, True)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with read_catalogue(store) as con:
        states = con.sql("SELECT state, n_history_rows, source FROM runs").fetchall()
        seeds = con.sql("SELECT seed FROM parameters ORDER BY seed").fetchall()
        assert con.sql("SELECT count(DISTINCT model_sha256) FROM runs").fetchall() == [(4,)]
    assert states == [("finished", 300, "local")] * 4
    assert seeds == [(0,), (1,), (2,), (3,)]

    before = content(store)
    second = synced(wandb_dir, ["b"], store)
    assert second.unchanged == first.new
    assert (second.new, second.changed, second.version, second.published) == ((), (), 1, False)
    assert content(store) == before


def test_a_deleted_store_is_rebuilt_identically(wandb_dir: Path, tmp_path: Path) -> None:
    store, moved = tmp_path / "store", tmp_path / "moved" / "wandb"
    synced(wandb_dir, ["a", "b"], store)
    before = content(store)
    shutil.rmtree(store)
    shutil.copytree(wandb_dir, moved, symlinks=True)
    synced(moved, ["b"], store)
    synced(moved, ["a"], store)
    assert content(store) == before


def test_killed_and_broken_runs_do_not_stop_the_rest(wandb_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "wandb"
    finished_runs(folder, 1, "g1", n_steps=10)
    killed_run(folder, "killed", n_rows=2000)
    broken = folder / "offline-run-20200101_000000-broken" / "run-broken.wandb"
    broken.parent.mkdir()
    broken.write_bytes(b"broken")
    report = synced(folder, ["g1"], tmp_path / "store")
    assert len(report.new) == 2
    assert [failed.where for failed in report.failed] == [str(broken)]
    with read_catalogue(tmp_path / "store") as con:
        states = dict(con.sql("SELECT run_id, state FROM runs").fetchall())
    assert states == {"g1-0": "finished", "killed": "crashed"}
    lines = "\n".join(report_lines(report))
    assert "2 new: g1-0, killed" in lines
    assert f"{broken}: The file does not begin as W&B's run files do" in lines


def test_a_group_that_is_not_there_names_those_that_are(wandb_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no W&B run of group 'bb'.*did you mean 'b'.*a \(2 runs\), b \(4 runs\)"):
        synced(wandb_dir, ["a", "bb"], tmp_path / "store")
    with pytest.raises(ConfigError, match=r"no W&B runs in .*nowhere.*--wandb-dir"):
        synced(tmp_path / "nowhere", ["a"], tmp_path / "store")
    assert store_version(tmp_path / "store") is None


def test_the_command_says_what_it_did(wandb_dir: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(sync)
    arguments = ["a", "--store", str(tmp_path / "store"), "--wandb-dir", str(wandb_dir.parent)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "2 new: a-0, a-1" in result.output
    assert "now at version 1" in result.output
    result = CliRunner().invoke(app, arguments)
    assert "2 unchanged" in result.output
    assert "nothing to change and stays at version 1" in result.output


def test_a_full_disk_is_one_sentence_and_the_old_state(wandb_dir: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    synced(wandb_dir, ["a"], store)
    before = content(store)
    small_disk = f"""
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, ({LARGEST_FILE}, {LARGEST_FILE}))
runpy.run_module("runner", run_name="__main__")
"""
    out = subprocess.run(
        [sys.executable, "-c", small_disk, "sync", "b", "--store", str(store), "--wandb-dir", str(wandb_dir)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (out.returncode, out.stdout) == (2, "")
    assert out.stderr.strip().splitlines() == [
        f"The disk of the run store at {store} is full: free space and sync again; it is as it was."
    ]
    assert content(store) == before
    assert len(synced(wandb_dir, ["b"], store).new) == 4


def test_killed_at_any_moment_a_sync_leaves_the_old_or_the_new_state(wandb_dir: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    synced(wandb_dir, ["a"], old)
    shutil.copytree(old, new)
    start = time.monotonic()
    synced(wandb_dir, ["b"], new)
    duration = time.monotonic() - start
    states = content(old), content(new)
    rng, outcomes = random.Random(0), []
    for attempt in range(4):
        store = tmp_path / f"store{attempt}"
        shutil.copytree(old, store)
        outcomes.append(kill_a_sync(wandb_dir, store, after=duration * rng.uniform(0, 1.3)))
        assert rows_in(store) in map(rows_alone, states)
        assert groups_in(store) in ({"a": 2}, RUNS)
        synced(wandb_dir, ["b"], store)
        assert content(store) == states[1]
    assert -signal.SIGKILL in outcomes


def kill_a_sync(wandb_dir: Path, store: Path, after: float) -> int:
    """Sync group b in a process of its own, kill it `after` seconds of work, and return its exit code."""
    ready = store.with_name(f"{store.name}-ready")
    script = f"""
from pathlib import Path
from runner.sync import sync_local
Path({str(ready)!r}).touch()
sync_local(Path({str(wandb_dir)!r}), ["b"], Path({str(store)!r}), print, lambda done, total: None)
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    wait_for(ready.exists, process)
    time.sleep(after)
    process.kill()
    return process.wait()


def rows_alone(state: dict[str, object]) -> dict[str, object]:
    return {name: rows for name, rows in state.items() if name != "files"}


def rows_in(store: Path) -> dict[str, object]:
    """The state but for files, of which a killed sync may leave some that no row names."""
    return rows_alone(content(store))
