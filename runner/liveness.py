"""Whether a run's process lives: a file in the run's directory that the process keeps locked.

The operating system frees the lock when the process ends, however that comes about. Locks of other machines are seen
where the file system passes them on, as NFS does.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from store.lock import is_held

MARK = "ALIVE"


def hold(directory: Path) -> Callable[[], None]:
    """Mark the run of `directory` as alive until the returned function is called, or the process ends."""
    path = directory / MARK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    held = [descriptor]

    def release() -> None:
        while held:
            path.unlink(missing_ok=True)
            os.close(held.pop())

    return release


def is_alive(directory: Path) -> bool | None:
    """Say whether the process that marked a run still lives; None for a run without a mark."""
    try:
        file = (directory / MARK).open("rb")
    except FileNotFoundError:
        return None
    with file:
        return is_held(file)
