"""Which run store is meant: the flag, then the environment, then the project's own."""

import os
from pathlib import Path

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
    """Return the store to write to: the flag, `ORBITSENS_STORE`, or the project's own; never the shipped one."""
    return _chosen(flag) or DEFAULT


def own_and_shipped() -> dict[str, Path]:
    """Return the stores that a person of this project can look at, by name; only those that exist."""
    stores = {"own runs": DEFAULT, "shipped studies": SHIPPED}
    return {name: path for name, path in stores.items() if store_version(path) is not None}


def _chosen(flag: Path | None) -> Path | None:
    if flag is not None:
        return flag
    return Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None
