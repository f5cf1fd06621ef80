"""Tags and notes by the team: kept, taken back, shared by many writers, and left alone by syncs."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.annotations import (
    FOLDER,
    LONGEST_NOTE,
    LONGEST_TAG,
    Annotation,
    add_note,
    add_tag,
    annotation_stamp,
    annotation_table,
    annotations,
    remove_note,
    remove_tag,
)
from store.errors import StoreError
from tests.conftest import ROOT
from tests.factories import filled_store, run_record

RUN, OTHER = "mlds-lab/neuralODEs/a", "mlds-lab/neuralODEs/b"


def test_nothing_is_said_at_first(store: Path) -> None:
    assert annotations(store) == {}
    assert annotation_stamp(store) == 0
    assert annotation_table(store).num_rows == 0


def test_notes_and_tags_are_kept_by_run_with_who_and_when(store: Path) -> None:
    add_note(store, RUN, " first\nof two lines ", "ada")
    add_note(store, RUN, "second: gr\u00f6\u00dfer,\u2028odd", "grace")
    add_tag(store, RUN, "zeta", "ada")
    add_tag(store, RUN, "alpha", "ada")
    add_tag(store, RUN, "zeta", "grace")
    said = annotations(store)
    assert list(said) == [RUN]
    assert said[RUN].tags == ("alpha", "zeta")
    assert [(note.text, note.who) for note in said[RUN].notes] == [
        ("first\nof two lines", "ada"),
        ("second: gr\u00f6\u00dfer,\u2028odd", "grace"),
    ]
    assert datetime.now(UTC) - said[RUN].notes[0].at < timedelta(minutes=1)


def test_what_is_taken_back_is_gone_for_its_run_alone(store: Path) -> None:
    for run in (RUN, OTHER):
        add_note(store, run, "looks odd", "ada")
        add_tag(store, run, "odd", "ada")
    note = annotations(store)[RUN].notes[0]
    remove_note(store, RUN, note.id, "grace")
    remove_tag(store, RUN, "odd", "grace")
    remove_tag(store, RUN, "never there", "grace")
    said = annotations(store)
    assert RUN not in said
    assert said[OTHER].tags == ("odd",)
    add_tag(store, RUN, "odd", "ada")
    assert annotations(store)[RUN] == Annotation(tags=("odd",))


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_NOTE + 1)])
def test_empty_and_endless_notes_are_refused(store: Path, text: str) -> None:
    with pytest.raises(StoreError, match=r"A note has from 1 to 10,000 letters.*\.$"):
        add_note(store, RUN, text, "ada")
    assert annotation_stamp(store) == 0


@pytest.mark.parametrize("tag", ["", " ", "two\nlines", "x" * (LONGEST_TAG + 1)])
def test_odd_tags_are_refused(store: Path, tag: str) -> None:
    with pytest.raises(StoreError, match=r"A tag has from 1 to 64 letters.*\.$"):
        add_tag(store, RUN, tag, "ada")


def test_a_line_cut_by_a_crash_costs_that_line_alone(store: Path) -> None:
    add_tag(store, RUN, "kept", "ada")
    add_tag(store, RUN, "cut", "ada")
    path = store / FOLDER / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert annotations(store)[RUN].tags == ("kept",)
    add_tag(store, RUN, "later", "ada")
    assert annotations(store)[RUN].tags == ("kept", "later")


def test_many_writers_lose_nothing(store: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from store.annotations import add_note\n"
        "for i in range(25): add_note(Path(sys.argv[1]), sys.argv[2], f'{sys.argv[3]} {i}', 'ada')"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(store), RUN, name], cwd=ROOT) for name in ("one", "two")
    ]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda i: add_note(store, RUN, f"thread {i}", "ada"), range(20)))
    assert [writer.wait() for writer in writers] == [0, 0]
    texts = [note.text for note in annotations(store)[RUN].notes]
    assert len(texts) == len(set(texts)) == 70


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the store should be")
    with pytest.raises(StoreError, match=r"Cannot write to .*; nothing was noted, try again\.$"):
        add_note(tmp_path / "store", RUN, "hello", "ada")


def test_syncs_leave_annotations_alone(store: Path) -> None:
    filled_store(store, [run_record(0)])
    add_note(store, RUN, "before", "ada")
    filled_store(store, [run_record(0, test_error=9.0), run_record(1)])
    assert [note.text for note in annotations(store)[RUN].notes] == ["before"]


def test_the_table_for_queries_and_the_stamp_of_caches(store: Path) -> None:
    add_tag(store, RUN, "odd", "ada")
    before = annotation_stamp(store)
    add_note(store, OTHER, "one", "ada")
    add_note(store, OTHER, "two", "ada")
    assert annotation_stamp(store) > before
    assert annotation_table(store).to_pylist() == [
        {"run_key": RUN, "tags": ["odd"], "notes": ""},
        {"run_key": OTHER, "tags": [], "notes": "one\ntwo"},
    ]
