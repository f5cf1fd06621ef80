"""A store that may only be read: pages and `status` work on it, and what would write ends in one sentence."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner import jobs
from runner.__main__ import app
from runner.sync import sync_local
from store.connect import StoreError
from store.doctor import examine
from store.repair import repair
from store.seen import note_sightings
from tests.app.conftest import Open, open_app as open_app
from tests.runner.stored_models import model_store


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A store with a model and a job that ended, on a file system that is read-only."""
    store = model_store(tmp_path, [0])
    folder = store / "jobs" / "0123"
    folder.mkdir(parents=True)
    at = datetime.now(UTC).isoformat()
    asked = {"title": "a grid", "arguments": [], "who": "ada", "at": at, "limit_s": 1.0, "at_a_time": 1}
    (folder / "job.json").write_text(json.dumps(asked))
    (folder / "end.json").write_text(json.dumps({"state": "done", "message": "", "at": at}))
    bound = ["mount", "--bind", str(store), str(store)]
    if subprocess.run(bound, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount")
    subprocess.run(["mount", "-o", "remount,bind,ro", str(store)], check=True)
    yield store
    subprocess.run(["umount", "--lazy", str(store)], check=True)


def test_status_reads(read_only: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--store", str(read_only), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["groups"][0]["n_runs"] == 1
    assert [job.state for job in jobs.all_jobs(read_only)] == ["done"]


@pytest.mark.parametrize("page", ["pages/home.py", "pages/jobs.py", "pages/generalisation.py", "pages/runs.py"])
def test_pages_read(read_only: Path, open_app: Open, page: str) -> None:
    assert not open_app(read_only, page).error


WRITERS: dict[str, Callable[[Path], object]] = {
    "sync": lambda store: sync_local(store.parent, None, store, pytest.fail, lambda done, total: None),
    "sightings": lambda store: note_sightings(store, {"a": ("b", {})}, pytest.fail),
    "repair": lambda store: repair(store, pytest.fail),
}


@pytest.mark.parametrize("case", WRITERS)
def test_writers_end_in_a_sentence(read_only: Path, case: str) -> None:
    with pytest.raises(StoreError) as caught:
        WRITERS[case](read_only)
    start = f"Cannot write to the run store at {read_only}: Read-only file system"
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith("; it is as it was.")


def test_a_job_is_refused_in_a_sentence(read_only: Path) -> None:
    with pytest.raises(StoreError) as caught:
        jobs.submit(read_only, ["x"], title="t", who="ada")
    assert str(caught.value) == (
        f"The evaluation cannot be started, because nothing can be written to {read_only / 'jobs'}: Read-only file "
        "system."
    )


ODD_PLACES: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "a file": (lambda folder: folder / "file", "There is no run store at", "it is a file, or below one"),
    "below a file": (
        lambda folder: folder / "file" / "store",
        "There is no run store at",
        "it is a file, or below one",
    ),
    "too long": (lambda folder: folder / ("x" * 300), "File name too long", "File name too long"),
    "a question mark": (lambda folder: folder / "a?b", "There is no run store at", "has a '?', and the database"),
}


@pytest.mark.parametrize("case", ODD_PLACES)
def test_a_place_that_is_no_store_is_one_sentence(tmp_path: Path, case: str) -> None:
    (tmp_path / "file").write_text("x")
    place, reading, writing = ODD_PLACES[case]
    store = place(tmp_path)
    result = CliRunner().invoke(app, ["status", "--store", str(store)])
    assert isinstance(result.exception, StoreError)
    assert reading in str(result.exception)
    with pytest.raises(StoreError, match=reading):
        examine(store)
    with pytest.raises(StoreError) as caught:
        sync_local(tmp_path, None, store, pytest.fail, lambda done, total: None)
    assert writing in str(caught.value)
