"""How any writer changes the catalogue: a draft beside it, made durable, then put in force."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import duckdb

from store.connect import is_damage, write_draft
from store.durable import flush, put_in_place, temporary
from store.errors import StoreError
from store.layout import catalogue_path, set_current
from store.leftovers import FOLDERS, discard_drafts

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def draft(store: Path, current: int | None, version: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a copy of the current catalogue, or an empty one, in a transaction; it is gone again after an error."""
    for folder in FOLDERS:
        (store / folder).mkdir(exist_ok=True)
    path = temporary(catalogue_path(store, version))
    try:
        if current is not None:
            copyfile(catalogue_path(store, current), path)
        with write_draft(path) as con:
            con.begin()
            yield con
            con.commit()
    except BaseException:
        discard_drafts(store, current)
        raise


def put_in_force(store: Path, version: int) -> None:
    """Make the draft and all its files durable, and then the version in force."""
    for folder in FOLDERS:
        flush(store / folder)
    put_in_place(catalogue_path(store, version))
    flush(store)
    set_current(store, version)


@contextmanager
def explained(store: Path) -> Iterator[None]:
    """Say what to do about a store that cannot be written.

    Raises:
        StoreError: the disk is full, or the store cannot be written; it is then as it was.
    """
    try:
        yield
    except (OSError, duckdb.Error) as error:
        explanation = _explanation(store, error)
        if explanation is None:
            raise
        raise StoreError(explanation) from error


def _explanation(store: Path, error: OSError | duckdb.Error) -> str | None:
    """Say what to do about a store that cannot be written; None for an error of another kind."""
    text = str(error).splitlines()[0]
    full = "No space left" in text or "File too large" in text
    if full or (isinstance(error, OSError) and error.errno in FULL):
        return f"The disk of the run store at {store} is full: free space and sync again; it is as it was."
    if isinstance(error, OSError):
        # The store itself, a file in it, or what it is below of.
        about = [str(name) for name in (error.filename, error.filename2) if isinstance(name, str | os.PathLike)]
        if not any(name.startswith(str(store)) or Path(name) in store.absolute().parents for name in about):
            return None
        return f"Cannot write to the run store at {store}: {_reason(store, error)}; it is as it was."
    if isinstance(error, duckdb.IOException) and str(store) in str(error):
        return f"Cannot write to the run store at {store}: {text}; it is as it was."
    if not isinstance(error, duckdb.IOException) and is_damage(error):
        return (
            f"The catalogue of the run store at {store} is damaged ({text}): run `python -m runner doctor --repair`; "
            "it is as it was."
        )
    return None


def _reason(store: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "it is a file, or below one, and has to be a directory"
    there = f" ({error.filename})" if error.filename and Path(error.filename) != store else ""
    return f"{error.strerror}{there}"
