"""The only writer: records in, a new version of the catalogue out, or nothing where nothing changed."""

import errno
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import duckdb
import pyarrow as pa

from store import curves, models
from store.connect import write_draft
from store.durable import flush, put_in_place, temporary
from store.errors import StoreError
from store.incoming import Tally, each_once, is_stored, stored_runs
from store.layout import catalogue_path, last_sync as last_sync, note_sync, set_current, store_version, versions
from store.leftovers import GRACE, discard_drafts, discard_superseded, touch_replaced
from store.lock import writer_lock
from store.records import Incoming, Unreadable
from store.rows import TABLES, Prepared, prepare, rows_of
from store.sqltext import statement

# Runs whose histories and models are held in memory at a time.
_CHUNK = 100
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class SyncReport:
    """What a sync found, by run key; `version` is in force afterwards, `published` says whether it is new.

    `record_hashes` are those of the stored records of all runs that the sync was told of.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Unreadable, ...]
    version: int | None
    published: bool
    record_hashes: Mapping[str, str] = field(default_factory=dict, repr=False)


def publish(
    store: Path,
    records: Iterable[Incoming],
    *,
    source: str,
    on_wait: Callable[[str], None],
    grace: timedelta = GRACE,
) -> SyncReport:
    """Bring records into the store: new and changed runs whole, unchanged ones not at all.

    Readers see the state before or the state after; whenever this process dies, the state before stays in force.
    `source` names the records' origin in the store's books, `on_wait` is told for whom this writer waits, and a
    superseded version stays for a period of `grace`.

    Raises:
        StoreError: the disk is full or the store cannot be written (it is then as it was), or its schema is newer.
    """
    try:
        with writer_lock(store, on_wait):
            report = _publish(store, records, source)
            if report.published and report.version is not None:
                discard_superseded(store, report.version, grace)
            note_sync(store)
            return report
    except (OSError, duckdb.Error) as error:
        explanation = _explanation(store, error)
        if explanation is None:
            raise
        raise StoreError(explanation) from error


def _publish(store: Path, records: Iterable[Incoming], source: str) -> SyncReport:
    current = store_version(store)
    version = max([0, *versions(store)]) + 1
    discard_drafts(store, current)
    stored, outdated = stored_runs(store, current)
    tally = Tally()
    with ExitStack() as stack:
        con: duckdb.DuckDBPyConnection | None = None
        distinct = each_once(records, stored, tally)
        while chunk := list(itertools.islice(distinct, _CHUNK)):
            fresh = [run for record in chunk if not is_stored(run := prepare(record), stored, tally)]
            if fresh:
                con = con or stack.enter_context(_draft(store, current, version))
                _bring_in(con, store, fresh)
        if outdated:
            con = con or stack.enter_context(_draft(store, current, version))
        if con is not None:
            _note(con, version, source, tally)
    if con is not None:
        touch_replaced(path for run_key in tally.changed for path in stored[run_key].files)
        _put_in_force(store, version)
    return SyncReport(
        new=tuple(tally.new),
        changed=tuple(tally.changed),
        unchanged=tuple(tally.unchanged),
        failed=tuple(tally.failed),
        version=current if con is None else version,
        published=con is not None,
        record_hashes=tally.hashes,
    )


def _put_in_force(store: Path, version: int) -> None:
    """Make the draft and all its files durable, and then the version in force."""
    for folder in (curves.FOLDER, models.FOLDER):
        flush(store / folder)
    put_in_place(catalogue_path(store, version))
    flush(store)
    set_current(store, version)


@contextmanager
def _draft(store: Path, current: int | None, version: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a copy of the current catalogue, or an empty one, in a transaction; it is gone again after an error."""
    for folder in (curves.FOLDER, models.FOLDER):
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


def _bring_in(con: duckdb.DuckDBPyConnection, store: Path, runs: list[Prepared]) -> None:
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in TABLES}
    for run in runs:
        curve_file = curves.write_curve(store, run.run_key, run.history)
        model_file = models.keep(store, run.record.run_id, run.model)
        for table, made in rows_of(run, curve_file, model_file).items():
            rows[table] += made
    con.register("replaced", pa.table({"run_key": [run.run_key for run in runs]}))
    con.execute(statement("delete_replaced"))
    con.unregister("replaced")
    for table in TABLES:
        schema = con.table(table).limit(0).to_arrow_table().schema
        con.from_arrow(pa.Table.from_pylist(rows[table], schema=schema)).insert_into(table)


def _note(con: duckdb.DuckDBPyConnection, version: int, source: str, tally: Tally) -> None:
    values = {
        "version": version,
        "source": source,
        "finished_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        "n_new": len(tally.new),
        "n_changed": len(tally.changed),
        "n_unchanged": len(tally.unchanged),
        "n_failed": len(tally.failed),
    }
    con.execute(statement("insert_sync"), values)


def _explanation(store: Path, error: OSError | duckdb.Error) -> str | None:
    """Say what to do about a store that cannot be written; None for an error of another kind."""
    text = str(error).splitlines()[0]
    full = "No space left" in text or "File too large" in text
    if full or (isinstance(error, OSError) and error.errno in _FULL):
        return f"The disk of the run store at {store} is full: free space and sync again; it is as it was."
    if isinstance(error, PermissionError | duckdb.IOException) and str(store) in str(error):
        return f"Cannot write to the run store at {store}: {text}; it is as it was."
    return None
