"""The only writer: records in, a new version of the catalogue out, or nothing where nothing changed."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from store import curves, models
from store.drafts import draft, explained, put_in_force
from store.incoming import Tally, each_once, is_stored, stored_runs
from store.layout import last_sync as last_sync, note_sync, store_version, versions
from store.leftovers import GRACE, discard_drafts, discard_superseded, touch_replaced
from store.lock import writer_lock
from store.records import Incoming, Unreadable
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
) -> SyncReport:
    """Bring records into the store: new and changed runs whole, unchanged ones not at all.

    Readers see the state before or the state after; whenever this process dies, the state before stays in force.
    `source` names the records' origin in the store's books, `on_wait` is told for whom this writer waits, and a
    superseded version stays for a period of `grace`.

    Raises:
        StoreError: the disk is full or the store cannot be written (it is then as it was), or its schema is newer.
    """
    with explained(store), writer_lock(store, on_wait):
        report = _publish(store, records, source)
        if report.published and report.version is not None:
            discard_superseded(store, report.version, grace)
        note_sync(store)
        return report


def _publish(store: Path, records: Iterable[Incoming], source: str) -> SyncReport:
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
            fresh = [run for record in chunk if not is_stored(run := prepare(record), stored, tally)]
            if fresh:
                con = con or stack.enter_context(draft(store, current, version))
                _bring_in(con, store, fresh)
            assumed |= {run.run_key: run.record.assumed for run in fresh if run.record.assumed}
            problems |= {run.run_key: run.model.problem for run in fresh if run.model.problem}
        if outdated:
            con = con or stack.enter_context(draft(store, current, version))
        if con is not None:
            _note(con, version, source, tally)
    if con is not None:
        touch_replaced(path for run_key in tally.changed for path in stored[run_key].files)
        put_in_force(store, version)
    return SyncReport(
        new=tuple(tally.new),
        changed=tuple(tally.changed),
        unchanged=tuple(tally.unchanged),
        failed=tuple(tally.failed),
        version=current if con is None else version,
        published=con is not None,
        record_hashes=tally.hashes,
        assumed=assumed,
        model_problems=problems,
    )


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
