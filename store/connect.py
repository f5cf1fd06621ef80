"""The only place that opens a catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from store.damage import first_line
from store.errors import DamagedCatalogue as DamagedCatalogue, StoreError as StoreError
from store.layout import catalogue_path, store_version as store_version
from store.migrate import known_schema, migrate, schema_version

# Blocks of 16 KB instead of 256 KB keep a catalogue of twenty runs small.
_BLOCK_SIZE = "16384"
_DAMAGE = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
    duckdb.OutOfMemoryException,
)

Connection = duckdb.DuckDBPyConnection


@contextmanager
def read_catalogue(store: Path) -> Iterator[Connection]:
    """Open the version in force for reading; it stays whole and unchanged while it is open.

    Raises:
        StoreError: there is no store, it cannot be opened, or its schema is not the one this code knows.
    """
    version = store_version(store)
    if version is None:
        raise StoreError(f"There is no run store at {store}: run `python -m runner sync` or a sweep first.")
    con = open_version(store, version)
    try:
        with naming_damage(store, version):
            yield con
    finally:
        con.close()


def open_version(store: Path, version: int) -> Connection:
    """Open one version for reading, for as long as the caller keeps it: see `beside`.

    Raises:
        StoreError: it cannot be opened, or its schema is not the one this code knows.
    """
    con = _open(catalogue_path(store, version), read_only=True)
    try:
        with naming_damage(store, version):
            _check_schema(con, store)
    except StoreError:
        con.close()
        raise
    return con


@contextmanager
def naming_damage(store: Path, version: int) -> Iterator[None]:
    """Name the catalogue, and what to do, where a question to it fails because the file is damaged.

    Raises:
        DamagedCatalogue: a block's checksum fails, or a block cannot be read.
    """
    try:
        yield
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        raise DamagedCatalogue(_unreadable(catalogue_path(store, version), error)) from error


def is_damage(error: duckdb.Error) -> bool:
    """Say whether an error is about the catalogue's file, not about what was asked."""
    # A failed checksum has no class of its own.
    return type(error) is duckdb.Error or isinstance(error, _DAMAGE)


def _unreadable(path: Path, error: duckdb.Error) -> str:
    return (
        f"The run store's catalogue {path} cannot be read ({first_line(error)}): run `python -m runner doctor "
        "--repair`, or restore a copy of it."
    )


@contextmanager
def beside(kept: Connection) -> Iterator[Connection]:
    """Open a second connection to the catalogue of one that is kept open: 1 ms instead of 30.

    It finds in memory what the others have read; what is registered in one, such as `matched`, others do not see.
    """
    with kept.cursor() as con:
        yield con


@contextmanager
def write_draft(path: Path) -> Iterator[Connection]:
    """Open a catalogue that no reader knows of, brought to the newest schema; checkpointed at the end.

    Raises:
        StoreError: it cannot be opened, or its schema is newer than this code knows.
    """
    con = _open(path, read_only=False)
    try:
        refuse_newer(schema_version(con), path.parent)
        migrate(con)
        yield con
        con.execute("CHECKPOINT")
    finally:
        con.close()


@contextmanager
def read_version(store: Path, version: int) -> Iterator[Connection]:
    """Open one version of the catalogue for reading, whatever its schema."""
    con = _open(catalogue_path(store, version), read_only=True)
    try:
        with naming_damage(store, version):
            yield con
    finally:
        con.close()


def _open(path: Path, *, read_only: bool) -> Connection:
    config: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false"}
    if not read_only:
        config["default_block_size"] = _BLOCK_SIZE
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise DamagedCatalogue(_unreadable(path, error)) from error


def _check_schema(con: Connection, store: Path) -> None:
    schema = schema_version(con)
    refuse_newer(schema, store)
    if schema < known_schema():
        raise StoreError(
            f"The run store at {store} has schema {schema} and this program needs {known_schema()}: "
            f"run `python -m runner doctor --repair --store {store}` once to bring it up to date."
        )


def refuse_newer(schema: int, store: Path) -> None:
    """Refuse a schema that this code does not know.

    Raises:
        StoreError: the schema is newer than the newest known one.
    """
    if schema > known_schema():
        raise StoreError(
            f"The run store at {store} has schema {schema}, and this program knows schemas up to {known_schema()}: "
            "update orbitsens, or use another store."
        )
