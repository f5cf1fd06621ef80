"""The file of the team's tags and notes: a line for each thing that was said or taken back; it only ever grows.

A line that is not understood is passed over by readers, reported by the doctor, and put aside by its repair.
"""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from store.durable import flush, put_in_place, temporary
from store.errors import StoreError

FOLDER = "annotations"
_DAMAGED = ".damaged"


class Event(NamedTuple):
    """One thing that was said or taken back: `what` is note, no note, tag or no tag; `id` is that of a note."""

    run_key: str
    what: str
    value: str
    who: str
    at: datetime
    id: str


def events_path(store: Path) -> Path:
    """Return the file of a store's tags and notes."""
    return store / FOLDER / "events.jsonl"


def events(store: Path) -> Iterator[Event]:
    """Read what was said, in the order in which it was said."""
    for line in _lines(store):
        event = _event(line)
        if event is not None:
            yield event


def odd_lines(store: Path) -> list[int]:
    """Return the numbers, from 1, of the lines that are not understood."""
    return [number for number, line in enumerate(_lines(store), start=1) if line.strip() and _event(line) is None]


def append(store: Path, event: Mapping[str, str]) -> None:
    """Write one line, durably. A line that a crash cut short is closed first, and is then no event.

    Raises:
        StoreError: it cannot be written.
    """
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **event}, ensure_ascii=False)
    path = events_path(store)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path), path.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            cut = file.read(1) not in (b"", b"\n")
            file.write(b"\n" * cut + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"Cannot write to {path}: {error.strerror or error}; nothing was noted, try again.") from error


def put_odd_lines_aside(store: Path) -> int:
    """Move the lines that are not understood to a file beside, as they are; return how many there were."""
    path = events_path(store)
    aside = path.with_name(path.name + _DAMAGED)
    if not odd_lines(store):
        return 0
    with _locked(path):
        lines = _lines(store)
        odd = [line for line in lines if line.strip() and _event(line) is None]
        with aside.open("ab") as file:
            file.writelines(line + b"\n" for line in odd)
        flush(aside)
        kept = [line for line in lines if line.strip() and _event(line) is not None]
        temporary(path).write_bytes(b"".join(line + b"\n" for line in kept))
        put_in_place(path)
        flush(path.parent)
    return len(odd)


def _locked(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"))


def _lines(store: Path) -> list[bytes]:
    try:
        return events_path(store).read_bytes().split(b"\n")
    except OSError:  # there is none, or the doctor tells of it
        return []


def _event(line: bytes) -> Event | None:
    try:
        found = json.loads(line.decode("utf-8", errors="replace"))
        run_key, what, value, who = found["run_key"], found["what"], found["value"], found["who"]
        note_id = found["id"] if what == "note" else ""
        at = datetime.fromisoformat(found["at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(isinstance(text, str) for text in (run_key, what, value, who, note_id)):
        return None
    return Event(run_key, what, value, who, at if at.tzinfo else at.replace(tzinfo=UTC), note_id)
