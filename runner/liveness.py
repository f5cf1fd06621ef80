"""Whether a run's process lives: a file in the run's directory that the process keeps locked.

The operating system frees the lock when the process ends, however that comes about. Locks of other machines are seen
where the file system passes them on, as NFS does.
"""

import fcntl
from collections.abc import Callable
from pathlib import Path

MARK = "ALIVE"


def hold(directory: Path) -> Callable[[], None]:
    """Mark the run of `directory` as alive until the returned function is called, or this process ends."""
    path = directory / MARK
    file = path.open("w")
    fcntl.flock(file, fcntl.LOCK_EX)

    def release() -> None:
        path.unlink(missing_ok=True)
        file.close()

    return release


def is_alive(directory: Path) -> bool | None:
    """Say whether the process that marked a run still lives; None for a run without a mark."""
    try:
        file = (directory / MARK).open()
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
