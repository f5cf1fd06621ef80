"""The small files beside the catalogue, which people and jobs write: what in them is not understood, and mending it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from store.annotation_file import events_path, odd_lines, put_odd_lines_aside
from store.durable import flush
from store.job_files import JOB, job_folders, odd_job_files
from store.layout import last_sync
from store.lock import HOLDER, holder, is_locked
from store.views import left_drafts, odd_views

DAMAGED = ".damaged"  # behind the name of what was put aside


class Odd(NamedTuple):
    """A file that is not understood, or not wholly; `what` says it as a sentence."""

    path: Path
    what: str


def odd_files(store: Path) -> Iterator[Odd]:
    """Name the files of a store that are not understood; all that is understood is used without them."""
    for path in (store / "SYNCED", store / HOLDER):
        read = last_sync if path.name == "SYNCED" else holder
        if path.exists() and read(store) is None and path.exists():
            yield Odd(path, f"{path.name} is not understood.")
    if lines := odd_lines(store):
        numbers = f"{', '.join(map(str, lines[:5]))}{', ...' if len(lines) > 5 else ''}"
        where = f"line {numbers} is" if len(lines) == 1 else f"lines {numbers} are"
        path = events_path(store)
        yield Odd(path, f"In {path.relative_to(store)}, {where} not understood and left out.")
    for path in (*odd_views(store), *odd_job_files(store)):
        yield Odd(path, f"{path.relative_to(store)} is not understood and left out.")


def left_over(store: Path) -> Iterator[Odd]:
    """Name what writers that died have left: drafts of views, and folders of jobs that hold no job."""
    for path in left_drafts(store):
        yield Odd(path, f"{path.relative_to(store)} was left behind by a writer that died.")
    for folder in job_folders(store):
        if not is_locked(folder / "ALIVE") and not (folder / JOB).exists() and not any(folder.glob(f"*{DAMAGED}")):
            yield Odd(folder, f"{folder.relative_to(store)} holds no job.")


def put_aside(store: Path) -> Iterator[str]:
    """Put aside what is not understood, under a name of its own, where nothing reads it; say so in a sentence each."""
    events = events_path(store)
    for path, _ in list(odd_files(store)):
        if path == events:
            n = put_odd_lines_aside(store)
            yield f"Put {n} line{'s' * (n != 1)} of {path.name} aside, into {path.name}{DAMAGED}."
        elif path.exists():
            path.rename(path.with_name(path.name + DAMAGED))
            flush(path.parent)
            yield f"Put {path.relative_to(store)} aside as {path.name}{DAMAGED}."
