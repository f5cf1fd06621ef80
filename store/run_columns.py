"""What a table of runs can show of each run: a column of the catalogue, a metric, or a statistic of a history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression

from store.errors import StoreError

Kind = Literal["fact", "parameter", "extra", "metric", "history"]
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
    if column.kind in ("fact", "parameter"):
        if column.key not in (FACTS if column.kind == "fact" else con.table("parameters").columns):
            raise StoreError(f"There is no column {column.key} of runs: choose another.")
        return runs, ColumnExpression(column.key).alias(name)
    values = _values(con, column).select(ColumnExpression("run_key"), _value(column).alias(name))
    return runs.join(values, "run_key", how="left"), ColumnExpression(name)


def sort_keys(column: RunColumn, name: str, types: Mapping[str, str], *, descending: bool) -> list[Expression]:
    """Return what to sort by: numbers, then what is not finite, then what is missing, in both directions."""
    value = ColumnExpression(name)
    keys = [value.isnull()]
    if types[name] == "DOUBLE":
        keys.append(duckdb.FunctionExpression("isfinite", value).desc())
    if column.kind == "parameter" and column.key in _SCHEDULES:
        value = value.cast(duckdb.sqltype(_SCHEDULES[column.key]))
    return [*keys, value.desc() if descending else value.asc()]


def _values(con: duckdb.DuckDBPyConnection, column: RunColumn) -> duckdb.DuckDBPyRelation:
    """The rows of the column's own table."""
    if column.kind == "metric":
        dataset = ColumnExpression("dataset")
        same = dataset.isnull() if column.dataset is None else dataset == ConstantExpression(column.dataset)
        return con.view("measured").filter(
            (ColumnExpression("metric") == ConstantExpression(column.key))
            & (ColumnExpression("split") == ConstantExpression(column.split))
            & same
        )
    table = con.table("history_stats" if column.kind == "history" else "extra_parameters")
    return table.filter(ColumnExpression("key") == ConstantExpression(column.key))


def _value(column: RunColumn) -> Expression:
    if column.kind == "extra":
        return ColumnExpression("value").cast(duckdb.sqltype("VARCHAR"))
    if column.kind == "history" and column.statistic not in STATISTICS:
        raise StoreError(
            f"There is no statistic {column.statistic} of histories: choose one of {', '.join(STATISTICS)}."
        )
    return ColumnExpression(column.statistic if column.kind == "history" else "value")
