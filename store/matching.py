"""From a filter to runs: the keys of those that match, as the table `matched` that statements begin with."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import reduce
from operator import and_, or_

import duckdb
import pandas as pd
import pyarrow as pa
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from orbitsens.config import closest
from store.canonical import canonical_json
from store.errors import StoreError
from store.filters import Range, RunFilter, Value
from store.frames import arrow, pandas

_SEARCHED = ("run_id", "name", "group", "notes", "sweep_id")
_NUMBERS = ("BIGINT", "UBIGINT", "DOUBLE")


def matched(con: duckdb.DuckDBPyConnection, which: RunFilter) -> int:
    """Make the table `matched` (run_key) of an open catalogue's runs that a filter means; return how many they are.

    It lives in this connection alone, and the next call replaces it.

    Raises:
        StoreError: the filter names a parameter that no run has, or asks for a range of words.
    """
    runs = _all_of(con.table("runs"), _of_runs(which)).select(_column("run_key"))
    for name, wanted in which.parameters:
        runs = _with_parameter(con, runs, name, wanted)
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
    """Keep the runs that have what is wanted of one parameter."""
    key = _column("run_key")
    typed = con.table("parameters")
    types = dict(zip(typed.columns, map(str, typed.types), strict=True))
    if name in types and name != "run_key":
        if isinstance(wanted, Range) and types[name] not in _NUMBERS:
            raise StoreError(f"The parameter '{name}' is no number, so it has no range: choose its values instead.")
        fits = _within(_column(name), wanted) if isinstance(wanted, Range) else [_among(_column(name), wanted)]
        return runs.join(_all_of(typed, fits).select(key), "run_key", "semi")
    extra = con.table("extra_parameters").filter(_column("key") == _constant(name))
    if not extra.limit(1).fetchall():
        raise StoreError(f"No run of the store has a parameter '{name}'{closest(name, list(types))}: leave it out.")
    extra = extra.filter(_column("value").cast("VARCHAR") != _constant("null"))
    if isinstance(wanted, Range):
        number = _among(FunctionExpression("json_type", _column("value")), _NUMBERS)
        fits = _within(CaseExpression(number, _column("value").cast("DOUBLE")), wanted)
        return runs.join(_all_of(extra, fits).select(key), "run_key", "semi")
    texts = [canonical_json(value) for value in wanted if value is not None]
    having = runs.join(extra.filter(_among(_column("value").cast("VARCHAR"), texts)).select(key), "run_key", "semi")
    return having.union(runs.join(extra.select(key), "run_key", "anti")) if None in wanted else having


def _among(column: Expression, wanted: Sequence[Value]) -> Expression:
    """One of these values; None: missing."""
    known = [_constant(value) for value in wanted if value is not None]
    either = ([column.isin(*known)] if known else []) + ([column.isnull()] if None in wanted else [])
    return reduce(or_, either, _constant(False))


def _within(column: Expression, wanted: Range) -> list[Expression]:
    low = [] if wanted.low is None else [column >= _constant(wanted.low)]
    return [column.isnotnull(), *low, *([] if wanted.high is None else [column <= _constant(wanted.high)])]


def _all_of(relation: duckdb.DuckDBPyRelation, asked: Sequence[Expression]) -> duckdb.DuckDBPyRelation:
    return relation.filter(reduce(and_, asked)) if asked else relation


def _column(name: str) -> Expression:
    return ColumnExpression(name)


def _constant(value: object) -> Expression:
    return ConstantExpression(value)
