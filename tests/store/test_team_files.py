"""Odd lines and torn files beside the catalogue: readers do without, the doctor names and mends, nothing is lost."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from store.annotations import add_note, add_tag, annotations
from store.doctor import examine
from store.job_files import read
from store.layout import last_sync
from store.repair import repair
from store.seen import note_sightings, sightings
from store.views import save_view, saved_views
from tests.conftest import ROOT
from tests.factories import filled_store, run_record

RUN = "mlds-lab/neuralODEs/a"
GOOD = {"at": "2026-11-22T21:03:00+00:00", "run_key": RUN, "what": "note", "value": "v", "id": "1", "who": "ada"}


@pytest.fixture
def whole(store: Path) -> Path:
    """A store of one run, with a tag, a view and a job."""
    filled_store(store, [run_record(0)])
    add_tag(store, RUN, "kept", "ada")
    save_view(store, "mine", "runs", {}, "ada")
    job = store / "jobs" / "0123"
    job.mkdir(parents=True)
    asked = {"title": "t", "arguments": [], "who": "ada", "at": GOOD["at"], "limit_s": 1.0, "at_a_time": 1}
    (job / "job.json").write_text(json.dumps(asked))
    (job / "end.json").write_text(json.dumps({"state": "done", "message": "", "at": GOOD["at"]}))
    assert examine(store) == []
    return store


def harmful(store: Path) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path.name) for finding in examine(store) if not finding.harmless]


ODD_LINES: dict[str, object] = {
    **{f"without {key}": {k: v for k, v in GOOD.items() if k != key} for key in GOOD},
    "a bad time": GOOD | {"at": "yesterday"},
    "a time that is a number": GOOD | {"at": 1},
    "a run that is a list": GOOD | {"run_key": [RUN]},
    "a value that is a number": GOOD | {"value": 7},
    "nobody": GOOD | {"who": None},
    "a list": [1, 2],
    "a text": "tag",
    "null": None,
}


@pytest.mark.parametrize("case", ODD_LINES)
def test_an_odd_line_of_notes_costs_that_line_alone(whole: Path, case: str) -> None:
    odd, path = json.dumps(ODD_LINES[case]), whole / "annotations" / "events.jsonl"
    with path.open("a") as file:
        file.write(odd + "\n")
    add_note(whole, RUN, "later", "ada")
    assert annotations(whole)[RUN].tags == ("kept",)
    assert [note.text for note in annotations(whole)[RUN].notes] == ["later"]
    (finding,) = examine(whole)
    assert (finding.kind, finding.harmless, finding.path) == ("odd", False, path)
    assert finding.what == "In annotations/events.jsonl, line 2 is not understood and left out."
    assert "Put 1 line of events.jsonl aside, into events.jsonl.damaged." in repair(whole, pytest.fail)
    assert examine(whole) == []
    assert (whole / "annotations" / "events.jsonl.damaged").read_text() == odd + "\n"
    assert [note.text for note in annotations(whole)[RUN].notes] == ["later"]
    assert len(path.read_text().splitlines()) == 2


def test_bytes_that_are_no_text_are_kept_aside_as_they_are(whole: Path) -> None:
    path = whole / "annotations" / "events.jsonl"
    with path.open("ab") as file:
        file.write(b"\xff\xfe{\x00\n" + b"[" * 100_000 + b"\n" + json.dumps(GOOD).encode()[:-5])
    assert annotations(whole)[RUN].tags == ("kept",)
    (finding,) = examine(whole)
    assert "lines 2, 3, 4 are not understood" in finding.what
    repair(whole, pytest.fail)
    assert examine(whole) == []
    aside = (whole / "annotations" / "events.jsonl.damaged").read_bytes()
    assert aside == b"\xff\xfe{\x00\n" + b"[" * 100_000 + b"\n" + json.dumps(GOOD).encode()[:-5] + b"\n"


def test_a_time_without_its_zone_is_utc(whole: Path) -> None:
    with (whole / "annotations" / "events.jsonl").open("a") as file:
        file.write(json.dumps(GOOD | {"at": "2026-11-22T21:03:00"}) + "\n")
    assert annotations(whole)[RUN].notes[0].at.isoformat() == "2026-11-22T21:03:00+00:00"


def torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


TORN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a torn job": ("jobs/0123/job.json", torn),
    "an empty job": ("jobs/0123/job.json", lambda path: path.write_text("")),
    "a job that is a list": ("jobs/0123/job.json", lambda path: path.write_text("[]")),
    "a job without its time": ("jobs/0123/job.json", lambda path: path.write_text('{"title": "t"}')),
    "a job of no time": (
        "jobs/0123/job.json",
        lambda path: path.write_text(path.read_text().replace("2026-11-22T21", "then")),
    ),
    "a torn end": ("jobs/0123/end.json", torn),
    "an end of another kind": ("jobs/0123/end.json", lambda path: path.write_text('{"state": "won"}')),
    "a torn process": ("jobs/0123/process.json", lambda path: path.write_text('{"pid": "x"}')),
    "a torn start": ("jobs/0123/started.json", lambda path: path.write_text('{"at": "2026-11-22T21:03:00"}')),
    "a share beyond all": ("jobs/0123/progress.json", lambda path: path.write_text('{"share": 7, "words": ""}')),
    "no text": ("jobs/0123/progress.json", lambda path: path.write_bytes(b"\xff")),
    "a time of no sync": ("SYNCED", lambda path: path.write_text("yesterday\n")),
    "a sync without zone": ("SYNCED", lambda path: path.write_text("2026-11-22T21:03:00\n")),
    "a sync that is no text": ("SYNCED", lambda path: path.write_bytes(b"\xff\x00")),
    "a torn holder": ("LOCK.holder", lambda path: path.write_text('{"pid": 1')),
    "a holder of nothing": ("LOCK.holder", lambda path: path.write_text("[]")),
    "a torn view": ("views/torn.json", lambda path: path.write_text('{"name": "x"')),
}


@pytest.mark.parametrize("case", TORN)
def test_a_torn_file_is_done_without_named_and_put_aside(whole: Path, case: str) -> None:
    name, tear = TORN[case]
    path = whole / name
    tear(path)
    content = path.read_bytes()
    assert harmful(whole) == [("odd", path.name)]
    assert read(path.parent, "job.json") == {} or path.name != "job.json"
    assert last_sync(whole) is None or path.name != "SYNCED"
    assert [view.name for view in saved_views(whole)] == ["mine"]
    repair(whole, pytest.fail)
    assert harmful(whole) == []
    assert last_sync(whole) is not None
    # The repair is a writer itself, and took the place of the one that left its note.
    if path.name != "LOCK.holder":
        assert path.with_name(path.name + ".damaged").read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"nothing", b"PAR1"])
def test_torn_sightings_cost_time_alone_and_are_put_aside(whole: Path, content: bytes) -> None:
    note_sightings(whole, {"place": ("mark", {"run": "hash"})}, pytest.fail)
    assert sightings(whole) == {"place": ("mark", {"run": "hash"})}
    (whole / "SEEN.parquet").write_bytes(content)
    assert sightings(whole) == {}
    assert harmful(whole) == [("odd", "SEEN.parquet")]
    repair(whole, pytest.fail)
    assert harmful(whole) == []
    assert (whole / "SEEN.parquet.damaged").read_bytes() == content


def test_a_draft_of_a_view_whose_writer_was_killed_is_named_and_swept(whole: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from store import views\n"
        "views.os.link = lambda *_: os.kill(os.getpid(), 9)\n"
        "views.save_view(Path(sys.argv[1]), 'other', 'runs', {}, 'ada')"
    )

    def kill_a_writer() -> Path:
        done = subprocess.run([sys.executable, "-c", program, str(whole)], cwd=ROOT, check=False)
        assert done.returncode == -9
        (draft,) = (whole / "views").glob(".*.tmp")
        return draft

    draft = kill_a_writer()
    (finding,) = examine(whole)
    assert (finding.kind, finding.harmless, finding.path) == ("leftover", True, draft)
    repair(whole, pytest.fail)
    assert examine(whole) == []
    assert not draft.exists()
    draft = kill_a_writer()
    save_view(whole, "other", "runs", {}, "ada")
    assert not draft.exists()


def test_the_draft_of_a_living_writer_stays(whole: Path) -> None:
    living = whole / "views" / f".{socket.gethostname()}@{os.getpid()}-abc.tmp"
    elsewhere = whole / "views" / ".lab2@1-abc.tmp"
    for draft in (living, elsewhere):
        draft.touch()
    save_view(whole, "other", "runs", {}, "ada")
    assert examine(whole) == []
    assert living.exists() and elsewhere.exists()
    os.utime(elsewhere, (0, 0))
    assert [finding.path for finding in examine(whole)] == [elsewhere]


def test_a_folder_without_a_job_is_swept(whole: Path) -> None:
    (whole / "jobs" / "empty").mkdir()
    (finding,) = examine(whole)
    assert (finding.kind, finding.harmless) == ("leftover", True)
    repair(whole, pytest.fail)
    assert [path.name for path in (whole / "jobs").iterdir() if path.is_dir()] == ["0123"]
