"""What a store no longer needs: drafts of writers that died, and old versions after a period of grace."""

import itertools
import shutil
import time
from datetime import timedelta
from pathlib import Path

from store import curves, models
from store.connect import read_version
from store.durable import TEMPORARY
from store.layout import catalogue_path, versions
from store.sqltext import statement

# How long readers of a superseded version keep finding it and its files.
GRACE = timedelta(minutes=10)


def discard_drafts(store: Path, current: int | None) -> None:
    """Remove what a writer that died left behind. To be called by the writer only, before it begins."""
    for folder in (store, store / curves.FOLDER, store / models.FOLDER):
        for path in folder.glob(f"*{TEMPORARY}*") if folder.is_dir() else ():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    for version in versions(store):
        if current is not None and version > current:
            catalogue_path(store, version).unlink()


def discard_superseded(store: Path, current: int, grace: timedelta) -> None:
    """Remove versions that were superseded longer than `grace` ago, and files that no version left refers to."""
    present = [v for v in versions(store) if v <= current]
    for version, successor in itertools.pairwise(present):
        superseded = catalogue_path(store, successor).stat().st_mtime
        if time.time() - superseded > grace.total_seconds():
            catalogue_path(store, version).unlink()
    _discard_unused(store, [v for v in versions(store) if v <= current])


def _discard_unused(store: Path, kept: list[int]) -> None:
    lying = {p for folder in (curves.FOLDER, models.FOLDER) for p in (store / folder).iterdir()}
    # Newest first: mostly it alone refers to everything, and the older ones need not be opened.
    for version in reversed(kept):
        if not lying:
            return
        lying -= _files(store, version)
    for path in lying:
        path.unlink()


def _files(store: Path, version: int) -> set[Path]:
    with read_version(store, version) as con:
        rows = con.sql(statement("stored_files")).fetchall()
    used = {store / curves.FOLDER / curve for curve, _ in rows if curve is not None}
    return used | {store / models.FOLDER / model for _, model in rows if model is not None}
