"""From a filter to runs: the keys of those that match, as the table `matched` that statements begin with."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import reduce
from operator import and_, or_

import duckdb
import pandas as pd
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression

from orbitsens.config import closest
from store.errors import StoreError
from store.filters import Measured, Range, RunFilter, Value
from store.frames import arrow, pandas
from store.own_keys import among_json, among_typed, in_json_range, in_range, own_rows, typed_columns

_SEARCHED = ("run_id", "name", "group", "notes", "sweep_id")
_NUMERIC = ("BIGINT", "DOUBLE")


def matched(con: duckdb.DuckDBPyConnection, which: RunFilter) -> int:
    """Make the table `matched` (run_key) of an open catalogue's runs that a filter means; return how many they are.

    It lives in this connection alone, and the next call replaces it.

    Raises:
        StoreError: the filter names a parameter that no run has, or asks for a range of words.
    """
    runs = _all_of(con.table("runs"), _of_runs(which)).select(_column("run_key"))
    for name, wanted in which.parameters:
        runs = _with_parameter(con, runs, name, wanted)
    for measured, wanted_range in which.metrics:
        runs = _with_metric(con, runs, measured, wanted_range)
    keys = runs.to_arrow_table()
    con.register("matched", keys)
    return int(keys.num_rows)


def matched_frame(
    con: duckdb.DuckDBPyConnection, which: RunFilter, name: str, values: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Run `store/sql/<name>.sql`, which reads from `matched`, on the runs that a filter means."""
    return pandas(matched_arrow(con, which, name, values))


def matched_arrow(
    con: duckdb.DuckDBPyConnection, which: RunFilter, name: str, values: Mapping[str, object] | None = None
) -> pa.Table:
    """Like `matched_frame`, as Arrow: NULL is told from NaN."""
    matched(con, which)
    return arrow(con, name, values)


def measured_at(con: duckdb.DuckDBPyConnection, measured: Measured) -> duckdb.DuckDBPyRelation:
    """Return the rows of the view `measured` of one metric on one dataset and split: at most one a run."""
    dataset = _column("dataset")
    same = dataset.isnull() if measured.dataset is None else dataset == _constant(measured.dataset)
    of_metric = (_column("metric") == _constant(measured.metric)) & (_column("split") == _constant(measured.split))
    return con.view("measured").filter(of_metric & same)


def _of_runs(which: RunFilter) -> list[Expression]:
    """What is asked of the columns of `runs`."""
    found = []
    if which.groups:
        found.append(_among(_column("group"), which.groups))
    if which.states:
        found.append(_among(_column("state"), which.states))
    if which.tags:
        has_tag = FunctionExpression("list_has_any", _column("tags"), _constant(list(which.tags)))
        found.append(has_tag | _among(_column("run_key"), which.tagged))
    if which.created_from is not None:
        found.append(_column("created_at") >= _constant(datetime.combine(which.created_from, time.min)))
    if which.created_to is not None:
        found.append(_column("created_at") < _constant(datetime.combine(which.created_to + timedelta(1), time.min)))
    if which.text:
        found.append(_holds(which.text) | _among(_column("run_key"), which.noted))
    return found


def _holds(text: str) -> Expression:
    tags = FunctionExpression("array_to_string", _column("tags"), _constant("\n"))
    words = FunctionExpression("concat_ws", _constant("\n"), *(_column(name) for name in _SEARCHED), tags)
    low = [FunctionExpression("lower", what) for what in (words, _constant(text))]
    return FunctionExpression("contains", *low)


def _with_parameter(
    con: duckdb.DuckDBPyConnection, runs: duckdb.DuckDBPyRelation, name: str, wanted: tuple[Value, ...] | Range
) -> duckdb.DuckDBPyRelation:
    """Keep the runs that have what is wanted of one parameter: in its column or, refused or of no column, as logged."""
    types, own = typed_columns(con), own_rows(con, name)
    kind, some_own = types.get(name), bool(own.limit(1).fetchall())
    if kind is None and not some_own:
        raise StoreError(f"No run of the store has a parameter '{name}'{closest(name, list(types))}: leave it out.")
    if isinstance(wanted, Range):
        if kind is not None and kind not in _NUMERIC:
            raise StoreError(f"The parameter '{name}' is not a number, so it has no range: choose its values instead.")
        of_column, of_json = in_range(_column(name), wanted), in_json_range(_column("value"), wanted)
    else:
        of_column = among_typed(_column(name), kind or "", wanted)
        of_json = among_json(_column("value"), wanted)
    key, parts = _column("run_key"), []
    if kind is not None:
        column = con.table("parameters")
        parts.append(column.filter(of_column).select(key))
        own = own.join(column.filter(_column(name).isnull()).select(key), "run_key", "semi")
    if some_own:
        parts.append(own.filter(of_json).select(key))
    if not isinstance(wanted, Range) and None in wanted:
        parts.append(_unset(con, name, kind, own if some_own else None))
    return runs.join(reduce(lambda one, other: one.union(other), parts), "run_key", "semi")


def _unset(
    con: duckdb.DuckDBPyConnection, name: str, kind: str | None, own: duckdb.DuckDBPyRelation | None
) -> duckdb.DuckDBPyRelation:
    """The runs that have a parameter neither in its column nor as logged; a logged null is as good as none."""
    every = con.table("parameters")
    without = (every if kind is None else every.filter(_column(name).isnull())).select(_column("run_key"))
    return without if own is None else without.join(own.select(_column("run_key")), "run_key", "anti")


def _with_metric(
    con: duckdb.DuckDBPyConnection, runs: duckdb.DuckDBPyRelation, measured: Measured, wanted: Range
) -> duckdb.DuckDBPyRelation:
    value = _column("value")
    finite = FunctionExpression("isfinite", value) & in_range(value, wanted)
    return runs.join(measured_at(con, measured).filter(finite).select(_column("run_key")), "run_key", "semi")


def _among(column: Expression, wanted: Sequence[str | None]) -> Expression:
    """One of these values; None: missing."""
    known = [_constant(value) for value in wanted if value is not None]
    either = ([column.isin(*known)] if known else []) + ([column.isnull()] if None in wanted else [])
    return reduce(or_, either, _constant(False))


def _all_of(relation: duckdb.DuckDBPyRelation, asked: Sequence[Expression]) -> duckdb.DuckDBPyRelation:
    return relation.filter(reduce(and_, asked)) if asked else relation


def _column(name: str) -> Expression:
    return ColumnExpression(name)


def _constant(value: object) -> Expression:
    return ConstantExpression(value)
