"""`status`: what a store holds and what is at work on it, in words and as JSON."""

import json
import os
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from orbitsens.version import NUMERICS
from runner import jobs
from runner.__main__ import app
from store.connect import write_draft
from store.layout import catalogue_path, set_current
from store.lock import writer_lock
from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs


def status(store: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["status", "--store", str(store), *arguments], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_it_counts_groups_by_state_and_names_the_newest_version(tmp_path: Path) -> None:
    publish_runs(tmp_path, [*seed_study_runs(), *width_study_runs()])
    said = status(tmp_path)
    assert "version 1, " in said and "last synced 20" in said
    assert "sweep-seeds-v2" in said and "diverged" in said and "killed" not in said
    found = json.loads(status(tmp_path, "--json"))
    assert {group["group"]: group["n_runs"] for group in found["groups"]} == {"sweep-seeds-v2": 20, "sweep-width": 40}
    assert (found["version"], found["writer"], found["jobs"]) == (1, None, [])
    assert found["numerics"] == {"this_code": NUMERICS, "runs": {"None": 60}}
    assert f"numerics not on record (60 runs); this code has numerics {NUMERICS}." in said
    assert found["size_bytes"] >= sum(file.stat().st_size for file in tmp_path.glob("*.duckdb"))


def test_it_names_who_writes_and_what_is_evaluated(tmp_path: Path) -> None:
    publish_runs(tmp_path, seed_study_runs()[:1])
    (tmp_path / jobs.FOLDER).mkdir()
    with FileLock(tmp_path / jobs.FOLDER / "TURN-0"):  # so that the job waits
        job = jobs.submit(tmp_path, ["no-such-run"], title="a grid", who="ada", at_a_time=1)
        with writer_lock(tmp_path, pytest.fail):
            said = status(tmp_path)
        found = json.loads(status(tmp_path, "--json"))
        jobs.cancel(tmp_path, job.id, "ada")
    assert f"Being written to: process {os.getpid()} on " in said
    assert "queued: a grid, 0%, asked for by ada" in said
    assert found["jobs"] == [{"id": job.id, "title": "a grid", "state": "queued", "share": 0.0}]
    assert json.loads(status(tmp_path, "--json"))["jobs"] == []


def test_a_store_without_runs_says_what_to_do(tmp_path: Path) -> None:
    with write_draft(catalogue_path(tmp_path, 1)):
        set_current(tmp_path, 1)
    assert "never synced" in status(tmp_path)
    assert "No runs yet: python -m runner sweep" in status(tmp_path)
