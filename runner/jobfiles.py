"""Writing what a job's folder holds (`store.job_files` says what that is), and seeing who is alive."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store.drafts import FULL
from store.job_files import (
    END as END,
    JOB as JOB,
    PROCESS as PROCESS,
    PROGRESS as PROGRESS,
    STARTED as STARTED,
    read as read,
)
from store.lock import is_locked

LOG, ALIVE, SPARE = "log", "ALIVE", "spare"
SPARE_BYTES = 8192


def write(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Write or replace a file of a job atomically.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    draft = folder / f"{name}.{os.getpid()}.tmp"
    try:
        draft.write_text(json.dumps(content), encoding="utf-8")
        draft.replace(folder / name)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def write_end(folder: Path, state: str, message: str) -> None:
    """Say how a job ended; on a full disk in the room that was kept for it.

    Raises:
        OSError: it cannot be written.
    """
    content = {"state": state, "message": message, "at": now()}
    try:
        write(folder, END, content)
    except OSError as error:
        if error.errno not in FULL:
            raise
        (folder / SPARE).unlink(missing_ok=True)
        write(folder, END, content)


def now() -> str:
    """This moment, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def is_alive(folder: Path) -> bool:
    """Say whether the job's process lives: the system frees its lock when it dies, however that happens."""
    return is_locked(folder / ALIVE)
