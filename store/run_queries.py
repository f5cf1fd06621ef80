"""What the pages of runs ask of the store: a table of those that match a filter, and a few side by side.

Rows carry `run_key` and `run_id`. Arrow tables tell NULL (missing) from NaN (not finite).
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import ColumnExpression

from store.curves import RUN_KEY, STEP, curve_files, readable_curves
from store.filters import RunFilter
from store.frames import arrow, frame, utc
from store.matching import matched, matched_frame
from store.run_columns import RunColumn, sort_keys, with_column

KEY, VALUE = "key", "value"
_NOTHING_LOGGED = {
    RUN_KEY: pd.Series(dtype="str"),
    KEY: pd.Series(dtype="str"),
    STEP: pd.Series(dtype="int64"),
    VALUE: pd.Series(dtype="float64"),
}


def run_table(
    con: duckdb.DuckDBPyConnection,
    which: RunFilter,
    columns: Sequence[RunColumn],
    *,
    order: RunColumn | None = None,
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> pa.Table:
    """Return rows of runs: run_key, run_id, state, then `c0`, `c1` ... for `columns`; of equal order by run key.

    `order` None means the newest first. Whatever the direction, runs without a finite value come after the others,
    those without any last. `limit` and `offset` choose a part of the rows.

    Raises:
        StoreError: a column that there is not, or a filter that names one.
    """
    matched(con, which)
    if order is None:
        order, descending = RunColumn("fact", "created_at"), True
    runs = con.table("matched").join(con.table("runs"), RUN_KEY).join(con.table("parameters"), RUN_KEY)
    shown = [ColumnExpression(name) for name in (RUN_KEY, "run_id", "state")]
    for i, column in enumerate((*columns, order)):
        runs, expression = with_column(con, runs, column, f"c{i}")
        shown.append(expression)
    runs = runs.select(*shown)
    last = f"c{len(columns)}"
    types = dict(zip(runs.columns, map(str, runs.types), strict=True))
    runs = runs.sort(*sort_keys(order, last, types, descending=descending), ColumnExpression(RUN_KEY))
    rows = runs if limit is None else runs.limit(limit, offset)
    return utc(rows.to_arrow_table()).drop_columns([last])


def history_choices(con: duckdb.DuckDBPyConnection, which: RunFilter) -> pd.DataFrame:
    """List the history keys that matching runs have. Columns: key, n_runs."""
    return matched_frame(con, which, "history_choices")


def runs_named(con: duckdb.DuckDBPyConnection, names: Collection[str]) -> pd.DataFrame:
    """Find runs by run id or run key. Columns: run_key, run_id; an id of several projects' runs finds them all."""
    return frame(con, "runs_named", {"names": list(names)})


def compared_runs(con: duckdb.DuckDBPyConnection, run_keys: Collection[str]) -> pd.DataFrame:
    """Return some runs side by side, by run key.

    Columns: run_key, run_id, name, group, state, reason, created_at (UTC), setting_hash, n_parameters,
    train_seconds (s), n_history_rows, and every typed column of the table `parameters`.
    """
    return frame(con, "compared_runs", {"run_keys": list(run_keys)})


def compared_extras(con: duckdb.DuckDBPyConnection, run_keys: Collection[str]) -> pd.DataFrame:
    """Return some runs' parameters that have no column. Columns: run_key, key, value (JSON)."""
    return frame(con, "compared_extras", {"run_keys": list(run_keys)})


def compared_metrics(con: duckdb.DuckDBPyConnection, run_keys: Collection[str]) -> pa.Table:
    """Return what some runs were measured at. Columns: run_key, metric, dataset, split, value, n_orbits, n_failed."""
    return arrow(con, "compared_metrics", {"run_keys": list(run_keys)})


class LoggedValues(NamedTuple):
    """What some runs logged: `values` as `logged_values` says, and by run key why a run's curves cannot be read."""

    values: pd.DataFrame
    unreadable: Mapping[str, str]


def logged_values(
    con: duckdb.DuckDBPyConnection, store: Path, run_keys: Collection[str], keys: Collection[str]
) -> LoggedValues:
    """Return what some runs logged of some history keys: a row for each logged value, by run, key and step.

    Columns: run_key, key, step (optimiser steps, from 1), value (NaN or infinite where that was logged). Steps at
    which a key was not logged have no row, and neither have runs whose curves are missing or damaged. `store` is the
    directory that `con` was opened in.
    """
    pairs = arrow(con, "curve_files", {"run_keys": list(run_keys)}).to_pylist()
    table, unreadable = readable_curves(store, curve_files(pairs), keys)
    parts = [_of_key(table, key) for key in keys if key in table.column_names]
    long: pd.DataFrame = pa.concat_tables(parts).to_pandas() if parts else pd.DataFrame(_NOTHING_LOGGED)
    return LoggedValues(long.sort_values([RUN_KEY, KEY, STEP], kind="stable", ignore_index=True), unreadable)


def _of_key(table: pa.Table, key: str) -> pa.Table:
    rows = table.filter(pc.is_valid(table[key]))
    names = pa.array([key] * len(rows), pa.string())
    values = rows[key].cast(pa.float64())
    return pa.table({RUN_KEY: rows[RUN_KEY], KEY: names, STEP: rows[STEP], VALUE: values})
