"""Jobs in real processes: once for two who ask, at most k at a time, cancelled, killed, out of time, and cleaned up."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from orbitsens.grid_settings import GridSettings
from runner import jobs
from runner.jobfiles import JOB, PROCESS, PROGRESS, read, write
from store.connect import read_catalogue
from store.doctor import examine
from store.errors import StoreError
from store.evaluations import stored_grids
from tests.runner.stored_models import model_store
from tests.store.test_crash_safety import small_disk as small_disk

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = GridSettings(n_a=4, n_e=4, anomalies=8)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return model_store(tmp_path, [0])


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def state(store: Path, name: str) -> str:
    found = jobs.job(store, name)
    assert found is not None
    return found.state


def submit(store: Path, who: str = "ada", **limits: float) -> jobs.Job:
    arguments = jobs.grid_arguments(["run0"], SETTINGS, store)
    return jobs.submit(store, arguments, title="a grid", who=who, at_a_time=1, **limits)


def holding_the_turn(store: Path) -> FileLock:
    """While it is held no job gets its turn."""
    (store / "jobs").mkdir(exist_ok=True)
    return FileLock(store / "jobs" / "TURN-0")


def test_one_job_for_two_people_that_outlives_who_asked_and_runs_in_its_turn(store: Path) -> None:
    arguments = jobs.grid_arguments(["run0"], SETTINGS, store)
    asking = f"print(jobs.submit(Path({str(store)!r}), {arguments!r}, title='a grid', who='grace', at_a_time=1).id)"
    script = f"from pathlib import Path; from runner import jobs; {asking}"
    with holding_the_turn(store):
        asked = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
        first = asked.stdout.strip()
        second = submit(store, "ada")
        assert second.id == first
        assert second.who == "grace"  # the one who asked first
        wait_for(lambda: bool(read(store / "jobs" / first, PROCESS)))
        time.sleep(0.5)
        assert state(store, first) == "queued"
        assert len(jobs.all_jobs(store)) == 1
    wait_for(lambda: state(store, first) not in ("queued", "running"))
    done = jobs.job(store, first)
    assert done is not None
    assert (done.state, done.message, done.share) == ("done", "", 1.0)
    assert done.started_at is not None and done.ended_at is not None
    assert "run run0: mean acceleration error of" in jobs.log_text(store, first)
    with read_catalogue(store) as con:
        assert len(stored_grids(con)) == 1


def test_a_cancelled_job_ends_and_says_who_cancelled_it(store: Path) -> None:
    with holding_the_turn(store):
        job = submit(store)
        wait_for(lambda: bool(read(store / "jobs" / job.id, PROCESS)))
        pid = read(store / "jobs" / job.id, PROCESS)["pid"]
        jobs.cancel(store, job.id, "grace")
        wait_for(lambda: not alive(pid))
        found = jobs.job(store, job.id)
        assert found is not None
        assert (found.state, found.message) == ("cancelled", "Cancelled by grace.")
        again = submit(store)
        assert again.state == "queued"
        jobs.cancel(store, job.id, "ada")
        assert state(store, job.id) == "cancelled"
    wait_for(
        lambda: not read(store / "jobs" / job.id, PROCESS) or not alive(read(store / "jobs" / job.id, PROCESS)["pid"])
    )
    with read_catalogue(store) as con:
        assert stored_grids(con).empty


def alive(pid: int) -> bool:
    """Whether a process lives; one that ended and was not taken note of yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def test_a_process_that_is_killed_is_a_failed_job(store: Path) -> None:
    with holding_the_turn(store):
        job = submit(store)
        wait_for(lambda: bool(read(store / "jobs" / job.id, PROCESS)))
        write(store / "jobs" / job.id, "started.json", {"at": datetime.now(UTC).isoformat()})
        os.kill(read(store / "jobs" / job.id, PROCESS)["pid"], signal.SIGKILL)
        wait_for(lambda: state(store, job.id) == "failed")
        found = jobs.job(store, job.id)
        assert found is not None
        assert found.message == "Its process died without a word; its log may say more."


def test_a_job_can_be_stopped_in_the_middle_of_its_computation(store: Path) -> None:
    long = GridSettings(n_a=64, n_e=64, anomalies=45, revolutions=15)
    arguments = jobs.grid_arguments(["run0"], long, store)

    def computing() -> int:
        job = jobs.submit(store, arguments, title="a long grid", who="ada", at_a_time=1)
        # The rollouts are the last nine tenths: their first chunk is done, the next is being integrated.
        wait_for(lambda: read(store / "jobs" / job.id, PROGRESS).get("share", 0.0) > 0.1)
        assert state(store, job.id) == "running"
        pid: int = read(store / "jobs" / job.id, PROCESS)["pid"]
        return pid

    name = jobs.job_id(arguments)
    pid = computing()
    jobs.cancel(store, name, "grace")
    wait_for(lambda: not alive(pid), seconds=5)
    assert state(store, name) == "cancelled"

    os.kill(computing(), signal.SIGKILL)
    wait_for(lambda: state(store, name) == "failed", seconds=5)

    # What is left in the store is no more than before, and whoever waits gets the turn.
    with read_catalogue(store) as con:
        assert stored_grids(con).empty
    assert [finding.what for finding in examine(store)] == []
    job = submit(store)
    wait_for(lambda: state(store, job.id) == "done")


def test_a_job_that_takes_too_long_is_stopped(store: Path) -> None:
    job = submit(store, limit_s=0.05)
    wait_for(lambda: state(store, job.id) == "failed")
    found = jobs.job(store, job.id)
    assert found is not None
    assert "took longer than its limit" in found.message


def test_a_corrupt_model_fails_with_the_sentence(store: Path) -> None:
    path = next(store.glob("models/*"))
    path.write_bytes(path.read_bytes()[:-1])
    job = submit(store)
    wait_for(lambda: state(store, job.id) == "failed")
    found = jobs.job(store, job.id)
    assert found is not None
    assert "is corrupt: it is not the file that was synced" in found.message


def test_jobs_of_long_ago_are_cleaned_up(store: Path) -> None:
    for name, age in (("old", timedelta(days=8)), ("new", timedelta(days=6))):
        folder = store / "jobs" / name
        folder.mkdir(parents=True)
        at = (datetime.now(UTC) - age).isoformat()
        asked = {"title": name, "arguments": [], "who": "ada", "at": at, "limit_s": 1, "at_a_time": 1}
        write(folder, JOB, asked)
    with holding_the_turn(store):
        job = submit(store)
        assert {path.name for path in (store / "jobs").iterdir() if path.is_dir()} == {"new", job.id}
        assert [one.title for one in jobs.all_jobs(store)] == ["a grid", "new"]
        jobs.cancel(store, job.id, "ada")


def test_equal_requests_have_equal_arguments_and_others_do_not(tmp_path: Path) -> None:
    first = jobs.grid_arguments(["b", "a", "a"], SETTINGS, tmp_path)
    assert first == jobs.grid_arguments(["a", "b"], GridSettings.from_plain(SETTINGS.plain()), tmp_path)
    others = [GridSettings(n_a=4, n_e=4, anomalies=9), GridSettings(n_a=4, n_e=4, anomalies=8, revolutions=1)]
    assert len({jobs.job_id(first), *(jobs.job_id(jobs.grid_arguments(["a", "b"], s, tmp_path)) for s in others)}) == 3


def test_asking_for_a_job_loads_neither_jax_nor_wandb() -> None:
    script = "import sys, runner.jobs; assert not {'jax', 'wandb', 'equinox'} & set(sys.modules), 'too much'"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.fixture
def small_store(small_disk: Path) -> Path:
    """A store with a model on a disk of 1 MB."""
    return model_store(small_disk, [0])


def fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(2**20))
    return ballast


def test_a_full_disk_starts_no_job_and_leaves_no_folder(small_store: Path) -> None:
    ballast = fill(small_store.parent)
    with pytest.raises(StoreError, match=r"The evaluation cannot be started, .*: No space left on device\.$"):
        submit(small_store)
    assert [path for path in (small_store / "jobs").iterdir() if path.is_dir()] == []
    ballast.unlink()
    with holding_the_turn(small_store):
        assert submit(small_store).state == "queued"
        jobs.cancel(small_store, jobs.all_jobs(small_store)[0].id, "ada")


def test_a_job_on_a_disk_that_fills_up_says_so(small_store: Path) -> None:
    with holding_the_turn(small_store):
        job = submit(small_store)
        wait_for(lambda: bool(read(small_store / "jobs" / job.id, PROCESS)))
        fill(small_store.parent)
    wait_for(lambda: not jobs.job(small_store, job.id).active)  # type: ignore[union-attr]
    found = jobs.job(small_store, job.id)
    assert found is not None
    assert found.state == "failed"
    assert re.search(r"The disk of .* is full: free space", found.message), found.message
