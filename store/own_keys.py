"""Keys of people's own, and values that a known key's definition refuses: both are kept as logged, as JSON."""

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from store.canonical import canonical_json
from store.filters import JsonValue, LongText, Range, Value

LONGEST = 1000  # letters of a value that stands in a filter; a longer one is meant by its checksum
_NULL = "null"
_NUMBERS = ("BIGINT", "UBIGINT", "DOUBLE")


def typed_columns(con: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    """Return the parameters that have a column, and its type."""
    typed = con.table("parameters")
    types = zip(typed.columns, map(str, typed.types), strict=True)
    return {name: kind for name, kind in types if name != "run_key"}


def own_rows(con: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    """Return what runs logged of a key as JSON: columns run_key, value (text); a null is as good as none."""
    text = ColumnExpression("value").cast("VARCHAR")
    rows = con.table("extra_parameters").filter(ColumnExpression("key") == ConstantExpression(name))
    return rows.filter(text != ConstantExpression(_NULL)).select(ColumnExpression("run_key"), text.alias("value"))


def json_number(text: Expression) -> Expression:
    """Return the number that a JSON text is; NULL where it is another value."""
    is_number = FunctionExpression("json_type", text).isin(*map(ConstantExpression, _NUMBERS))
    return CaseExpression(is_number, text.try_cast("DOUBLE"))


def in_range(number: Expression, wanted: Range) -> Expression:
    """Say whether a number is in a range; what is missing, or NaN, is in none."""
    known = number.isnotnull() & ~FunctionExpression("isnan", number.cast("DOUBLE"))
    if wanted.low is not None:
        known &= number >= ConstantExpression(wanted.low)
    return known if wanted.high is None else known & (number <= ConstantExpression(wanted.high))


def in_json_range(text: Expression, wanted: Range) -> Expression:
    """Say whether a JSON text is a number in a range."""
    return in_range(json_number(text), wanted)


def among_typed(column: Expression, kind: str, wanted: Sequence[Value]) -> Expression:
    """Say whether a column of a type has one of the values; those that the type cannot hold are none of its."""
    fitting = [
        float(value) if kind == "DOUBLE" and isinstance(value, int) else value for value in wanted if _fits(value, kind)
    ]
    values = [ConstantExpression(value) for value in fitting]
    sums = [ConstantExpression(value.sha256) for value in wanted if isinstance(value, LongText) and kind == "VARCHAR"]
    return _either(column, values, sums)


def among_json(text: Expression, wanted: Sequence[Value]) -> Expression:
    """Say whether a JSON text is one of the values."""
    values = [ConstantExpression(as_json(value)) for value in wanted if not isinstance(value, LongText | None)]
    return _either(text, values, [ConstantExpression(value.sha256) for value in wanted if isinstance(value, LongText)])


def as_json(value: Value) -> str:
    """Return the canonical JSON of a value that is not a long one."""
    return value.text if isinstance(value, JsonValue) else canonical_json(value)


def _either(column: Expression, values: Sequence[Expression], checksums: Sequence[Expression]) -> Expression:
    either = [column.isin(*values)] if values else []
    either += [FunctionExpression("sha256", column).isin(*checksums)] if checksums else []
    return reduce(or_, either, ConstantExpression(False))


def _fits(value: Value, kind: str) -> bool:
    """Whether a value can stand in a column of a type."""
    if isinstance(value, bool):
        return kind == "BOOLEAN"
    if isinstance(value, str):
        return kind == "VARCHAR"
    if kind == "BIGINT":
        whole = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value) and value.is_integer())
        return whole and isinstance(value, int | float) and abs(value) < 2**63
    return kind == "DOUBLE" and (isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**1000))
