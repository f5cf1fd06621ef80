"""Whether a store can be written to, asked before hours of training and not after."""

from pathlib import Path

from store.connect import read_version, refuse_newer
from store.durable import temporary
from store.errors import StoreError
from store.layout import store_version
from store.lock import refuse_path
from store.migrate import schema_version


def check_writable(store: Path) -> None:
    """Make the store's directory if there is none, write and remove a small file, and read the schema in force.

    Raises:
        StoreError: the store cannot be written or read, or its schema is newer than this code knows.
    """
    refuse_path(store)
    trial = temporary(store / "TRIAL")
    try:
        store.mkdir(parents=True, exist_ok=True)
        trial.write_text("written before a sweep, to see whether the store can be written\n", encoding="utf-8")
        trial.unlink()
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"Cannot write to the run store at {store} ({reason}): name another with --store.") from error
    version = store_version(store)
    if version is not None:
        with read_version(store, version) as con:
            refuse_newer(schema_version(con), store)
