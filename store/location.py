"""Which run store is meant: the flag, then the environment, then the project's own."""

import os
import shutil
from pathlib import Path

from store.durable import flush
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
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(origin, draft)
    for path in draft.rglob("*"):
        flush(path)
    try:
        draft.rename(target)
    except OSError:
        # Another process was faster and has begun to fill it: then there is nothing left to do.
        shutil.rmtree(draft)
        if not target.is_dir():
            raise
    flush(target.parent)
