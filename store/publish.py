"""The only writer: records in, a new version of the catalogue out, or nothing where nothing changed."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from store import curves, models
from store.checksums import note_checksums
from store.drafts import draft, explained, put_in_force
from store.fence import CONTENT_ERRORS, unreadable_content
from store.incoming import Tally, each_once, is_stored, stored_runs
from store.layout import last_sync as last_sync, note_sync, store_version, versions
from store.leftovers import GRACE, discard_drafts, discard_superseded, touch_replaced
from store.lock import writer_lock
from store.records import Incoming, RunRecord, Unreadable
from store.rows import TABLES, Prepared, prepare, rows_of
from store.sqltext import statement

# Runs whose histories and models are held in memory at a time.
_CHUNK = 100


@dataclass(frozen=True)
class SyncReport:
    """What a sync found, by run key; `version` is in force afterwards, `published` says whether it is new.

    `record_hashes` are those of the stored records of all runs that the sync was told of. Of new and changed runs,
    `assumed` has what their models are read with and they did not log, `model_problems` what is wrong with their model
    files, in a sentence.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Unreadable, ...]
    version: int | None
    published: bool
    record_hashes: Mapping[str, str] = field(default_factory=dict, repr=False)
    assumed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    model_problems: Mapping[str, str] = field(default_factory=dict, repr=False)


def publish(
    store: Path,
    records: Iterable[Incoming],
    *,
    source: str,
    on_wait: Callable[[str], None],
    grace: timedelta = GRACE,
    renew_checksums: bool = False,
) -> SyncReport:
    """Bring records into the store: new and changed runs whole, unchanged ones not at all.

    Readers see the state before or the state after; whenever this process dies, the state before stays in force.
    `source` names the records' origin in the store's books, `on_wait` is told for whom this writer waits, and a
    superseded version stays for a period of `grace`. With `renew_checksums`, or where the schema is an older one, the
    checksums of files that have none are noted.

    Raises:
        StoreError: the disk is full or the store cannot be written (it is then as it was), or its schema is newer.
    """
    with explained(store), writer_lock(store, on_wait):
        report = _publish(store, records, source, renew_checksums)
        if report.published and report.version is not None:
            discard_superseded(store, report.version, grace)
        note_sync(store)
        return report


def _publish(store: Path, records: Iterable[Incoming], source: str, renew_checksums: bool) -> SyncReport:
    current = store_version(store)
    version = max([0, *versions(store)]) + 1
    discard_drafts(store, current)
    stored, outdated = stored_runs(store, current)
    tally = Tally()
    assumed: dict[str, Mapping[str, Any]] = {}
    problems: dict[str, str] = {}
    with ExitStack() as stack:
        con: duckdb.DuckDBPyConnection | None = None
        distinct = each_once(records, stored, tally)
        while chunk := list(itertools.islice(distinct, _CHUNK)):
            fresh = [run for run in _prepared(chunk, tally) if not is_stored(run, stored, tally)]
            if fresh:
                con = con or stack.enter_context(draft(store, current, version))
                _bring_in(con, store, fresh, tally)
            fresh = [run for run in fresh if run.run_key in tally.hashes]  # the others failed
            assumed |= {run.run_key: run.record.assumed for run in fresh if run.record.assumed}
            problems |= {run.run_key: run.model.problem for run in fresh if run.model.problem}
        if outdated or renew_checksums:
            con = con or stack.enter_context(draft(store, current, version))
            note_checksums(con, store)
        if con is not None:
            _note(con, version, source, tally)
    published = con is not None and bool(tally.new or tally.changed or outdated or renew_checksums)
    if published:
        touch_replaced(path for run_key in tally.changed for path in stored[run_key].files)
        put_in_force(store, version)
    elif con is not None:  # all that was new failed
        discard_drafts(store, current)
    return SyncReport(
        new=tuple(tally.new),
        changed=tuple(tally.changed),
        unchanged=tuple(tally.unchanged),
        failed=tuple(tally.failed),
        version=version if published else current,
        published=published,
        record_hashes=tally.hashes,
        assumed=assumed,
        model_problems=problems,
    )


def _prepared(records: Iterable[RunRecord], tally: Tally) -> Iterator[Prepared]:
    """Prepare records; one that cannot be prepared fails alone."""
    for record in records:
        try:
            yield prepare(record)
        except CONTENT_ERRORS as error:
            tally.failed.append(
                Unreadable(f"{record.entity}/{record.project}/{record.run_id}", unreadable_content(error))
            )


def _bring_in(con: duckdb.DuckDBPyConnection, store: Path, runs: list[Prepared], tally: Tally) -> None:
    """Write runs together; where that fails by their content, one by one, so that each fails alone.

    The draft's transaction ends with the last run that is whole, and a new one is begun.
    """
    try:
        _write(con, store, runs)
    except (*CONTENT_ERRORS, duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError) as error:
        con.rollback()
        con.begin()
        if len(runs) == 1:
            tally.withdraw(runs[0].run_key, unreadable_content(error))
        else:
            for run in runs:
                _bring_in(con, store, [run], tally)
    else:
        con.commit()
        con.begin()


def _write(con: duckdb.DuckDBPyConnection, store: Path, runs: list[Prepared]) -> None:
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in TABLES}
    for run in runs:
        curve = curves.write_curve(store, run.run_key, run.history)
        model_file = models.keep(store, run.record.run_id, run.model)
        for table, made in rows_of(run, curve, model_file).items():
            rows[table] += made
    tables = {table: _table(con, table, rows[table]) for table in TABLES}
    con.register("replaced", pa.table({"run_key": [run.run_key for run in runs]}))
    con.execute(statement("delete_replaced"))
    con.unregister("replaced")  # not after an error: a transaction that a damaged block ended takes no more commands
    for table, content in tables.items():
        con.from_arrow(content).insert_into(table)


def _table(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=con.table(table).limit(0).to_arrow_table().schema)


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
