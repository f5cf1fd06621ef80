"""The Jobs page: what is computed now, what did not finish, what the syncs brought."""

import json
import os
import socket
from pathlib import Path

from store.lock import writer_lock
from tests.app.conftest import Open
from tests.app.sample_runs import publish_runs, sample_run, seed_study_runs, width_study_runs
from tests.app.test_pages import words

PAGE = "pages/jobs.py"


def test_runs_that_did_not_finish_are_counted_by_what_they_say(sample_store: Path, open_app: Open) -> None:
    app = open_app(sample_store, PAGE)
    table = app.dataframe[0].value
    assert sorted(zip(table["state"], table["runs"], strict=True)) == [("crashed", 1), ("diverged", 2)]
    assert set(table["group"]) == {"sweep-width"}
    assert "The process ended: crashed." in table["what they say"].tolist()
    assert "3 runs did not finish, or diverged" in words(app)


def test_runs_in_training_are_told_apart(sample_store: Path, open_app: Open) -> None:
    assert r"1 run of sweep\-width in training when last synced; the newest began" in words(
        open_app(sample_store, PAGE)
    )


def test_syncs_are_listed_the_newest_first(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs(n=5))
    publish_runs(tmp_path, [*seed_study_runs(n=5), *width_study_runs()])
    app = open_app(tmp_path, PAGE)
    syncs = app.dataframe[1].value
    assert syncs["version"].tolist() == [2, 1]
    assert syncs["new"].tolist() == [40, 5]
    assert syncs["unchanged"].tolist() == [5, 0]


def test_a_store_of_finished_runs_says_so(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, [sample_run("good", seed, 7.0) for seed in range(3)])
    said = words(open_app(tmp_path, PAGE))
    assert "Every run that ended is finished, with a finite error." in said
    assert "Nothing is being computed." in said
    assert "An evaluation is asked for on the Generalisation page." in said


def test_a_sync_that_is_writing_is_told(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs(n=2))
    with writer_lock(tmp_path, print):
        assert f"A sync is writing to the store: process {os.getpid()} on" in words(open_app(tmp_path, PAGE))
    who = {"pid": os.getpid(), "host": socket.gethostname(), "since": "2026-11-22T21:03:00+00:00"}
    (tmp_path / "LOCK.holder").write_text(json.dumps(who))
    assert "A sync is writing" not in words(open_app(tmp_path, PAGE))
    (tmp_path / "LOCK.holder").write_text(json.dumps(who | {"host": "lab2"}))
    said = words(open_app(tmp_path, PAGE))
    assert "A sync is writing" not in said
    assert f"Process {os.getpid()} on lab2 noted that it writes since" in said


def test_files_that_are_not_understood_are_named_once(tmp_path: Path, open_app: Open) -> None:
    publish_runs(tmp_path, seed_study_runs(n=2))
    (tmp_path / "jobs" / "0123").mkdir(parents=True)
    (tmp_path / "jobs" / "0123" / "job.json").write_text('{"title"')
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "events.jsonl").write_text('{"run_key": "a"}\n')
    (tmp_path / "SYNCED").write_text("yesterday")
    app = open_app(tmp_path, PAGE)
    (warning,) = app.warning
    for words_of in (
        "SYNCED is not understood",
        "events.jsonl, line 1 is",
        "job.json is not understood",
        "doctor --repair",
    ):
        assert warning.value.replace("\\", "").count(words_of) == 1
    assert "None in the last days" in words(app)
    for page in ("pages/home.py", "pages/runs.py", "pages/generalisation.py"):
        assert not open_app(tmp_path, page).exception
