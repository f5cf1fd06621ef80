"""What the team says about runs: tags and notes, kept beside the catalogue, so that no sync ever changes them.

`<store>/annotations/events.jsonl` has a line for each thing that was said or taken back, and only ever grows.
"""

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from filelock import FileLock

from store.errors import StoreError

FOLDER = "annotations"
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
    _append(store, {"run_key": run_key, "what": "note", "value": text, "id": uuid.uuid4().hex, "who": who})


def remove_note(store: Path, run_key: str, note_id: str, who: str) -> None:
    """Take a note back; the file remembers it.

    Raises:
        StoreError: that cannot be written.
    """
    _append(store, {"run_key": run_key, "what": "no note", "value": note_id, "who": who})


def add_tag(store: Path, run_key: str, tag: str, who: str) -> None:
    """Put a tag on a run.

    Raises:
        StoreError: the tag is empty, too long or of several lines, or cannot be written.
    """
    tag = tag.strip()
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable():
        raise StoreError(f"A tag has from 1 to {LONGEST_TAG} letters in one line, not {tag!r}: choose another.")
    _append(store, {"run_key": run_key, "what": "tag", "value": tag, "who": who})


def remove_tag(store: Path, run_key: str, tag: str, who: str) -> None:
    """Take a tag off a run.

    Raises:
        StoreError: that cannot be written.
    """
    _append(store, {"run_key": run_key, "what": "no tag", "value": tag, "who": who})


def annotations(store: Path) -> dict[str, Annotation]:
    """Return what is said about each run, by run key; a run that nothing is said about is not among them."""
    drafts: dict[str, _Draft] = {}
    for event in _events(store):
        draft, value = drafts.setdefault(event["run_key"], _Draft()), event["value"]
        if event["what"] == "note":
            draft.notes[event["id"]] = Note(event["id"], value, event["who"], datetime.fromisoformat(event["at"]))
        elif event["what"] == "tag":
            draft.tags.add(value)
        elif event["what"] == "no note":
            draft.notes.pop(value, None)
        elif event["what"] == "no tag":
            draft.tags.discard(value)
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
    path = _path(store)
    return path.stat().st_size if path.is_file() else 0


@dataclass
class _Draft:
    tags: set[str] = field(default_factory=set)
    notes: dict[str, Note] = field(default_factory=dict)


def _path(store: Path) -> Path:
    return store / FOLDER / "events.jsonl"


def _append(store: Path, event: Mapping[str, str]) -> None:
    """Write one line, durably. A line that a crash cut short is closed first, and is then no event."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **event}, ensure_ascii=False)
    path = _path(store)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")), path.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            cut = file.read(1) not in (b"", b"\n")
            file.write(b"\n" * cut + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"Cannot write to {path}: {error.strerror or error}; nothing was noted, try again.") from error


def _events(store: Path) -> Iterator[dict[str, str]]:
    path = _path(store)
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue  # cut short by a crash before its writer was told that it is noted
        if isinstance(event, dict):
            yield event
