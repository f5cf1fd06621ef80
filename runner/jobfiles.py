"""What a job's folder holds: small JSON files, each written whole, and a lock that says who is alive.

```
job.json       what was asked for, by whom and when         ALIVE          locked while the job's process lives
process.json   the process that does it                     started.json   when it got its turn
progress.json  how far it is                                end.json       how it ended
log            all that it said
```
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

JOB, PROCESS, STARTED, PROGRESS, END, LOG = (
    "job.json",
    "process.json",
    "started.json",
    "progress.json",
    "end.json",
    "log",
)


def write(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Write or replace a file of a job atomically."""
    draft = folder / f"{name}.{os.getpid()}.tmp"
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(folder / name)


def read(folder: Path, name: str) -> dict[str, Any]:
    """Read a file of a job; empty where there is none."""
    try:
        return dict(json.loads((folder / name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def now() -> str:
    """This moment, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def is_alive(folder: Path) -> bool:
    """Say whether the job's process lives: the system frees its lock when it dies, however that happens."""
    lock = FileLock(folder / "ALIVE")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False
