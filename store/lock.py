"""One writer at a time: a lock of the operating system, which frees itself when its holder dies."""

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

from filelock import FileLock, Timeout

from store.durable import write_text
from store.errors import StoreError

# s, after which a waiting writer says once more for whom it waits.
_REMINDER = 30.0
# s: a reader may hold a lock for a moment, to see whether anyone else does.
_GLANCE = 0.25
HOLDER = "LOCK.holder"


class Holder(NamedTuple):
    """What a writer notes of itself: `since` is a time in ISO format, UTC."""

    pid: int
    host: str
    since: str


@contextmanager
def writer_lock(store: Path, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the store's writer lock; while another process holds it, wait and say for whom.

    `on_wait` gets one sentence when the waiting begins and one every half minute.

    Raises:
        StoreError: the database cannot write to a path like this.
    """
    refuse_path(store)
    store.mkdir(parents=True, exist_ok=True)
    lock = FileLock(store / "LOCK")
    patience = _GLANCE
    while True:
        try:
            lock.acquire(timeout=patience)
            break
        except Timeout:
            on_wait(f"Waiting for the run store at {store}: {_waiting_for(store)}.")
            patience = _REMINDER
    holder = store / HOLDER
    try:
        write_text(holder, json.dumps(_this_process()._asdict()))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def refuse_path(store: Path) -> None:
    """Refuse a path to which the database cannot write.

    Raises:
        StoreError: there is a question mark in it.
    """
    if "?" in str(store):
        raise StoreError(f"The path {store} has a '?', and the database cannot write there: choose another --store.")


def is_locked(path: Path) -> bool:
    """Say whether a process holds the lock of a file; needs no right to write. A file that cannot be read is free."""
    try:
        file = path.open("rb")
    except OSError:
        return False
    with file:
        return is_held(file)


def is_held(file: IO[bytes]) -> bool:
    """Say whether a process holds the lock of an open file."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def writer(store: Path) -> str | None:
    """Say who writes to the store at this moment, as "process 42 on lab1 since 2026-11-22T21:03:00+00:00"; or None.

    The lock decides whether anyone does; the note beside it only says who.
    """
    if not is_locked(store / "LOCK"):
        return None
    who = holder(store)
    return f"process {who.pid} on {who.host} since {who.since}" if who else "another process"


def remote_note(store: Path) -> str | None:
    """Return a sentence about a writer on another machine that has left a note but holds no lock; None without one.

    It has died, or the file system does not show locks to other machines.
    """
    who = holder(store)
    if who is None or who.host == socket.gethostname() or is_locked(store / "LOCK"):
        return None
    return (
        f"Process {who.pid} on {who.host} noted that it writes since {who.since}, but its lock is free as seen from "
        f"here: if it has ended, delete {store / HOLDER}, or let the next sync take over."
    )


def holder(store: Path) -> Holder | None:
    """Return what the last writer noted of itself and did not take back; None without a note that is understood."""
    try:
        who = json.loads((store / HOLDER).read_text(encoding="utf-8"))
        return Holder(int(who["pid"]), str(who["host"]), str(who["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _this_process() -> Holder:
    return Holder(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"))


def _waiting_for(store: Path) -> str:
    who = holder(store)
    if who is None:
        # The holder has only just begun, or is just about to end.
        return "another process is writing to it"
    text = f"process {who.pid} on {who.host} has been writing to it since {who.since}"
    if who.host == socket.gethostname():
        return text
    return f"{text} (if {who.host} is down for good, delete {store / 'LOCK'} to take over)"
