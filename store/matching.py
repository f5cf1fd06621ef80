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

_SEARCHED = ("run_id", "name", "group", "notes")
_NUMBERS = ("BIGINT", "UBIGINT", "DOUBLE")
_NUMBER_TYPES = (int, float)


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
    """Keep the runs that have what is wanted of one parameter: in its column, or beside it where it has none."""
    typed = con.table("parameters")
    types = dict(zip(typed.columns, map(str, typed.types), strict=True))
    own = con.table("extra_parameters").filter(_column("key") == _constant(name))
    own = own.filter(_column("value").cast("VARCHAR") != _constant("null"))
    any_own = bool(con.table("extra_parameters").filter(_column("key") == _constant(name)).limit(1).fetchall())
    has_column = name in types and name != "run_key"
    if not has_column and not any_own:
        raise StoreError(f"No run of the store has a parameter '{name}'{closest(name, list(types))}: leave it out.")
    if has_column and not any_own and isinstance(wanted, Range) and types[name] not in _NUMBERS:
        raise StoreError(f"The parameter '{name}' is not a number, so it has no range: choose its values instead.")
    parts = []
    if has_column:
        fits = _within_column(_column(name), wanted, types[name])
        parts.append(typed.filter(fits).select(_column("run_key")))
    if any_own:
        parts.append(own.filter(_within_json(_column("value"), wanted)).select(_column("run_key")))
    found = [runs.join(part, "run_key", "semi") for part in parts]
    if not isinstance(wanted, Range) and None in wanted:
        without = runs.join(own.select(_column("run_key")), "run_key", "anti")
        if has_column:
            without = without.join(typed.filter(_column(name).isnull()).select(_column("run_key")), "run_key", "semi")
        found.append(without)
    return reduce(lambda some, more: some.union(more), found).distinct()


def _within_column(column: Expression, wanted: tuple[Value, ...] | Range, kind: str) -> Expression:
    """What is wanted of a typed column; a value of another type, or a range of what is not a number, is not in it."""
    if isinstance(wanted, Range):
        return reduce(and_, _within(column, wanted)) if kind in _NUMBERS else _constant(False)
    fitting = _NUMBER_TYPES if kind in _NUMBERS else (bool,) if kind == "BOOLEAN" else (str,)
    return _among(column, [value for value in wanted if type(value) in fitting])


def _within_json(value: Expression, wanted: tuple[Value, ...] | Range) -> Expression:
    """What is wanted of a JSON value."""
    if isinstance(wanted, Range):
        number = _among(FunctionExpression("json_type", value), _NUMBERS)
        return reduce(and_, _within(CaseExpression(number, value.cast("DOUBLE")), wanted))
    return _among(value.cast("VARCHAR"), [canonical_json(each) for each in wanted if each is not None])


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
