"""One writer at a time: a lock of the operating system, which frees itself when its holder dies."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from store.durable import write_text

# s, after which a waiting writer says once more for whom it waits.
_REMINDER = 30.0


@contextmanager
def writer_lock(store: Path, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the store's writer lock; while another process holds it, wait and say for whom.

    `on_wait` gets one sentence when the waiting begins and one every half minute.
    """
    store.mkdir(parents=True, exist_ok=True)
    lock = FileLock(store / "LOCK")
    patience = 0.0
    while True:
        try:
            lock.acquire(timeout=patience)
            break
        except Timeout:
            on_wait(f"Waiting for the run store at {store}: {_holder(store)}.")
            patience = _REMINDER
    holder = store / "LOCK.holder"
    try:
        write_text(holder, json.dumps(_this_process()))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def writer(store: Path) -> str | None:
    """Say who writes to the store at this moment, as "process 42 on lab1 since 2026-11-22T21:03:00+00:00"; or None.

    A holder on this machine that has died is nobody; of one elsewhere only its own word is known.
    """
    try:
        who = json.loads((store / "LOCK.holder").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    if who["host"] == socket.gethostname() and not _is_alive(int(who["pid"])):
        return None
    return f"process {who['pid']} on {who['host']} since {who['since']}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # someone else's
        return True
    return True


def _this_process() -> dict[str, object]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _holder(store: Path) -> str:
    try:
        who = json.loads((store / "LOCK.holder").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        # The holder has only just begun, or is just about to end.
        return "another process is writing to it"
    return f"process {who['pid']} on {who['host']} has been writing to it since {who['since']}"
