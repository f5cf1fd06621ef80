"""What the team says about runs: tags and notes, kept beside the catalogue, so that no sync ever changes them."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from store.annotation_file import FOLDER as FOLDER, append, events, events_path
from store.errors import StoreError

LONGEST_NOTE, LONGEST_TAG = 10_000, 64  # letters


@dataclass(frozen=True)
class Note:
    """A note on a run: by whom, and when (UTC). `id` names it when it is taken back."""

    id: str
    text: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Annotation:
    """What the team says about one run: tags in alphabetical order, notes from the oldest to the newest."""

    tags: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def add_note(store: Path, run_key: str, text: str, who: str) -> None:
    """Write a note on a run.

    Raises:
        StoreError: the note is empty or too long, or cannot be written.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise StoreError(f"A note has from 1 to {LONGEST_NOTE:,} letters, not {len(text):,}: write another.")
    append(store, {"run_key": run_key, "what": "note", "value": text, "id": uuid.uuid4().hex, "who": who})


def remove_note(store: Path, run_key: str, note_id: str, who: str) -> None:
    """Take a note back; the file remembers it.

    Raises:
        StoreError: that cannot be written.
    """
    append(store, {"run_key": run_key, "what": "no note", "value": note_id, "who": who})


def add_tag(store: Path, run_key: str, tag: str, who: str) -> None:
    """Put a tag on a run.

    Raises:
        StoreError: the tag is empty, too long or of several lines, or cannot be written.
    """
    tag = tag.strip()
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable():
        raise StoreError(f"A tag has from 1 to {LONGEST_TAG} letters in one line, not {tag!r}: choose another.")
    append(store, {"run_key": run_key, "what": "tag", "value": tag, "who": who})


def remove_tag(store: Path, run_key: str, tag: str, who: str) -> None:
    """Take a tag off a run.

    Raises:
        StoreError: that cannot be written.
    """
    append(store, {"run_key": run_key, "what": "no tag", "value": tag, "who": who})


def annotations(store: Path) -> dict[str, Annotation]:
    """Return what is said about each run, by run key; a run that nothing is said about is not among them."""
    drafts: dict[str, _Draft] = {}
    for event in events(store):
        draft = drafts.setdefault(event.run_key, _Draft())
        if event.what == "note":
            draft.notes[event.id] = Note(event.id, event.value, event.who, event.at)
        elif event.what == "tag":
            draft.tags.add(event.value)
        elif event.what == "no note":
            draft.notes.pop(event.value, None)
        elif event.what == "no tag":
            draft.tags.discard(event.value)
    said = {key: Annotation(tuple(sorted(draft.tags)), tuple(draft.notes.values())) for key, draft in drafts.items()}
    return {key: annotation for key, annotation in said.items() if annotation.tags or annotation.notes}


def annotation_table(store: Path) -> pa.Table:
    """Return what is said as a table for queries: run_key, tags (a list), notes (their texts, a line each)."""
    said = annotations(store)
    columns = {
        "run_key": pa.array(said, pa.string()),
        "tags": pa.array([list(a.tags) for a in said.values()], pa.list_(pa.string())),
        "notes": pa.array(["\n".join(note.text for note in a.notes) for a in said.values()], pa.string()),
    }
    return pa.table(columns)


def annotation_stamp(store: Path) -> int:
    """Return a number that changes with every annotation, for the keys of caches."""
    try:
        state = events_path(store).stat()
    except OSError:
        return 0
    return state.st_mtime_ns + state.st_size


@dataclass
class _Draft:
    tags: set[str] = field(default_factory=set)
    notes: dict[str, Note] = field(default_factory=dict)
