"""Files that are there whole or not at all, also after a power cut."""

import os
from pathlib import Path

TEMPORARY = ".tmp"


def temporary(path: Path) -> Path:
    """Return the name under which `path` is written before it is whole."""
    return path.with_name(path.name + TEMPORARY)


def flush(path: Path) -> None:
    """Force a file's content, or a directory's names, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_in_place(path: Path) -> None:
    """Flush `temporary(path)` and rename it to `path`; the directory is left to the caller to flush."""
    flush(temporary(path))
    temporary(path).replace(path)


def write_text(path: Path, text: str) -> None:
    """Write or replace a small file atomically and durably."""
    temporary(path).write_text(text, encoding="utf-8")
    put_in_place(path)
    flush(path.parent)
