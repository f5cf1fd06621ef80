"""What a job's folder holds: small JSON files, each written whole, and a lock that says who is alive.

```
job.json       what was asked for, by whom and when         ALIVE          locked while the job's process lives
process.json   the process that does it                     started.json   when it got its turn
progress.json  how far it is                                end.json       how it ended
log            all that it said                             spare          room for end.json on a full disk
```
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

from store.layout import JOBS

JOB, PROCESS, STARTED, PROGRESS, END = "job.json", "process.json", "started.json", "progress.json", "end.json"
STATES = ("done", "failed", "cancelled")


def read(folder: Path, name: str) -> dict[str, Any]:
    """Read a file of a job; empty where there is none, or none that is understood."""
    try:
        return _understood(folder / name)
    except (OSError, ValueError, RecursionError):
        return {}


def odd_job_files(store: Path) -> Iterator[Path]:
    """Name the files of jobs that are not understood."""
    for folder in job_folders(store):
        for name in _KEYS:
            try:
                _understood(folder / name)
            except FileNotFoundError:
                continue
            except (OSError, ValueError, RecursionError):
                yield folder / name


def job_folders(store: Path) -> list[Path]:
    """List the folders of jobs, whatever they hold; none where the list cannot be read."""
    try:
        return sorted(path for path in (store / JOBS).iterdir() if path.is_dir())
    except OSError:
        return []


def _understood(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("not an object of JSON")
    for key, fits in _KEYS[path.name].items():
        if key not in content or not fits(content[key]):
            raise ValueError(f"{key} is missing or of the wrong kind")
    return content


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object, most: float = inf) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


_KEYS: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    JOB: {
        "title": _is_text,
        "arguments": lambda value: isinstance(value, list) and all(map(_is_text, value)),
        "who": _is_text,
        "at": _is_time,
        "limit_s": _is_number,
        "at_a_time": _is_number,
    },
    PROCESS: {"pid": lambda value: isinstance(value, int) and value > 1},
    STARTED: {"at": _is_time},
    PROGRESS: {"share": lambda value: _is_number(value, 1.0), "words": _is_text},
    END: {"state": lambda value: value in STATES, "message": _is_text, "at": _is_time},
}
