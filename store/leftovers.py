"""What a store no longer needs: drafts of writers that died, and old versions after a period of grace."""

import itertools
import shutil
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from store import curves, gridfiles, models
from store.connect import read_version
from store.durable import TEMPORARY
from store.layout import catalogue_path, versions
from store.sqltext import statement

FOLDERS = (curves.FOLDER, models.FOLDER, gridfiles.FOLDER)

# How long readers of a superseded version keep finding it and its files.
GRACE = timedelta(minutes=10)


def discard_drafts(store: Path, current: int | None) -> None:
    """Remove what a writer that died left behind. To be called by the writer only, before it begins."""
    for folder in (store, *(store / name for name in FOLDERS)):
        for path in folder.glob(f"*{TEMPORARY}*") if folder.is_dir() else ():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    for version in versions(store):
        if current is not None and version > current:
            catalogue_path(store, version).unlink()


def discard_superseded(store: Path, current: int, grace: timedelta) -> None:
    """Remove versions that were superseded longer than `grace` ago, and files out of use as long.

    A file's time of change says since when it is out of use: `touch_replaced` sees to that.
    """
    for version, successor in itertools.pairwise(v for v in versions(store) if v <= current):
        if _age(catalogue_path(store, successor)) > grace:
            catalogue_path(store, version).unlink()
    with read_version(store, current) as con:
        used = {name for names in con.sql(statement("stored_files")).fetchall() for name in names}
    for folder in FOLDERS:
        for path in (store / folder).iterdir():
            if path.name not in used and _age(path) > grace:
                path.unlink()


def touch_replaced(paths: Iterable[Path]) -> None:
    """Let the grace of files begin that the version about to be published does not use any more."""
    for path in paths:
        path.touch()


def _age(path: Path) -> timedelta:
    return timedelta(seconds=time.time() - path.stat().st_mtime)
