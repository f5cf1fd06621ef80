"""Files at places that people name: replaced whole or not at all; links and devices stay in place."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from store.errors import StoreError


def write_output(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write to a place that a person named, by `write(file)`.

    A regular file is replaced once the new one is whole, also behind a symbolic link, which stays. A terminal, a pipe
    or another character device is written to as it is.

    Raises:
        StoreError: nothing can be written there; what was there before stays.
    """
    try:
        if is_stream(path):
            # Appending leaves what others wrote to a file that is this program's standard output.
            with path.open("ab") as file:
                write(file)
        else:
            _replace(path.resolve(), write)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        reason = error.strerror if isinstance(error, OSError) else None
        raise StoreError(f"Cannot write {path}: {reason or error}; choose another place.") from error


def is_stream(path: Path) -> bool:
    """Say whether writing there replaces nothing: this program's own output, a pipe, a terminal or another device."""
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISREG(kind):
        return path.absolute().parts[1:2] in (("dev",), ("proc",)) and path.is_symlink()
    return stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    if path.exists() and not path.is_file():
        raise OSError("it is not a file")
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(descriptor)
        Path(draft).chmod(_mode(path))
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
