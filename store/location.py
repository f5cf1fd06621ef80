"""Which run store is meant: the flag, then the environment, then the project's own."""

import os
import shutil
import tempfile
from pathlib import Path

from store.durable import flush
from store.errors import StoreError
from store.layout import store_version

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / ".orbitsens" / "store"
SHIPPED = ROOT / "store" / "precomputed"
VARIABLE = "ORBITSENS_STORE"


def readable_store(flag: Path | None) -> Path:
    """Return the store to read: the flag, `ORBITSENS_STORE`, the project's own, or the shipped one until then."""
    chosen = _chosen(flag)
    if chosen is not None:
        return chosen
    if store_version(DEFAULT) is None and store_version(SHIPPED) is not None:
        return SHIPPED
    return DEFAULT


def writable_store(flag: Path | None) -> Path:
    """Return the store to write to: the flag, `ORBITSENS_STORE`, or the project's own.

    The project's own begins as a copy of the shipped store, so that own sweeps land next to the shipped studies.

    Raises:
        StoreError: that copy cannot be made.
    """
    chosen = _chosen(flag)
    if chosen is not None:
        return chosen
    if not DEFAULT.exists() and store_version(SHIPPED) is not None:
        _copy_whole(SHIPPED, DEFAULT)
    return DEFAULT


def _chosen(flag: Path | None) -> Path | None:
    if flag is not None:
        return flag
    return Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None


def _copy_whole(origin: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="copying-", dir=target.parent))
    try:
        shutil.copytree(origin, draft, dirs_exist_ok=True)
        for path in (draft, *draft.rglob("*")):
            flush(path)
        draft.rename(target)
        flush(target.parent)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        # Another process may have been faster, and have begun to fill it: then there is nothing left to do.
        if store_version(target) is None:
            raise StoreError(
                f"Cannot copy the shipped run store to {target}: {error.strerror or error}; free space, or name "
                "another store with --store."
            ) from error
