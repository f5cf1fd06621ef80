"""What a table of runs can show of each run: a column of the catalogue, a metric, or a statistic of a history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from store.errors import StoreError
from store.filters import Measured
from store.matching import measured_at
from store.own_keys import json_number

Kind = Literal["fact", "parameter", "mixed", "extra", "metric", "history"]
AS_JSON: tuple[Kind, ...] = ("extra", "mixed")  # what is read as JSON
FACTS = (
    "name",
    "group",
    "state",
    "reason",
    "created_at",
    "duration",
    "train_seconds",
    "n_parameters",
    "n_history_rows",
    "tags",
    "notes",
    "source",
    "sweep_id",
)
STATISTICS = ("last", "min", "step_of_min", "max", "first", "n")
# JSON lists in text, sorted by their numbers: [4] comes before [18].
_SCHEDULES: Mapping[str, str] = {
    "lr_strategy": "DOUBLE[]",
    "steps_strategy": "DOUBLE[]",
    "epochs_strategy": "DOUBLE[]",
    "segment_length_strategy": "DOUBLE[]",
    "length_strategy": "DOUBLE[][]",
}


@dataclass(frozen=True)
class RunColumn:
    """One column. `key` is a fact of the run, a parameter, an extra parameter, a metric or a history's key.

    A parameter is "mixed" where some runs logged a value that its definition refuses; like an extra one it is JSON.
    A metric also has the `dataset` and `split` that it was measured on; a history key has the `statistic` of
    `STATISTICS` that is wanted, over all logged steps.
    """

    kind: Kind
    key: str
    dataset: str | None = None
    split: str = ""
    statistic: str = ""


def with_column(
    con: duckdb.DuckDBPyConnection, runs: duckdb.DuckDBPyRelation, column: RunColumn, name: str
) -> tuple[duckdb.DuckDBPyRelation, Expression]:
    """Return the runs with what is needed for the column, and the column's expression, called `name`.

    `runs` has a row per run with the columns of the tables `runs` and `parameters`.

    Raises:
        StoreError: there is no such fact, parameter or statistic.
    """
    if column.kind in ("fact", "parameter", "mixed"):
        if column.key not in (FACTS if column.kind == "fact" else con.table("parameters").columns):
            raise StoreError(f"There is no column {column.key} of runs: choose another.")
        if column.kind != "mixed":
            return runs, ColumnExpression(column.key).alias(name)
    values = _values(con, column).select(ColumnExpression("run_key"), _value(column).alias(name))
    runs = runs.join(values, "run_key", how="left")
    if column.kind != "mixed":
        return runs, ColumnExpression(name)
    as_json = FunctionExpression("to_json", ColumnExpression(column.key)).cast("VARCHAR")
    return runs, CaseExpression(as_json.isnotnull(), as_json).otherwise(ColumnExpression(name)).alias(name)


def sort_keys(column: RunColumn, name: str, types: Mapping[str, str], *, descending: bool) -> list[Expression]:
    """Return what to sort by: numbers, then what is not finite, then what is missing, in both directions.

    Of JSON: numbers, then lists by their numbers, then the rest as texts.
    """
    value = ColumnExpression(name)
    keys = [value.isnull()]
    if column.kind in AS_JSON:
        number, numbers = json_number(value), _json_numbers(value)
        missing = value.isnull() | (value == ConstantExpression("null"))
        ordered = [one.desc() if descending else one.asc() for one in (number, numbers, value)]
        return [missing, number.isnull(), ordered[0], numbers.isnull(), *ordered[1:]]
    if types[name] == "DOUBLE":
        keys.append(FunctionExpression("isfinite", value).desc())
    if column.kind == "parameter" and column.key in _SCHEDULES:
        value = value.cast(duckdb.sqltype(_SCHEDULES[column.key]))
    return [*keys, value.desc() if descending else value.asc()]


def _values(con: duckdb.DuckDBPyConnection, column: RunColumn) -> duckdb.DuckDBPyRelation:
    """The rows of the column's own table."""
    if column.kind == "metric":
        return measured_at(con, Measured(column.key, column.dataset, column.split))
    table = con.table("history_stats" if column.kind == "history" else "extra_parameters")
    return table.filter(ColumnExpression("key") == ConstantExpression(column.key))


def _value(column: RunColumn) -> Expression:
    if column.kind in AS_JSON:
        return ColumnExpression("value").cast("VARCHAR")
    if column.kind == "history" and column.statistic not in STATISTICS:
        raise StoreError(
            f"There is no statistic {column.statistic} of histories: choose one of {', '.join(STATISTICS)}."
        )
    return ColumnExpression(column.statistic if column.kind == "history" else "value")


def _json_numbers(text: Expression) -> Expression:
    """The numbers of a JSON list; NULL where it is another value."""
    is_list = FunctionExpression("json_type", text) == ConstantExpression("ARRAY")
    return CaseExpression(is_list, text.try_cast("DOUBLE[]"))
