"""What some runs differ in, and what can be chosen to filter them by."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeGuard

import duckdb
import pandas as pd
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from orbitsens.config import SEED_KEYS, left_out
from store.filters import JsonValue, LongText, RunFilter, Value
from store.frames import arrow
from store.matching import matched, matched_arrow, matched_frame
from store.own_columns import own_columns
from store.own_keys import LONGEST, own_rows, typed_columns

# What other parameters and the data come to: no choices of their own, so they do not make settings.
DERIVED = ("num_train_orbits", "num_total_orbits", "num_total_segments", "segment_ratio_final")
# Where a model is measured is no choice in how it is made: runs that differ in these alone are one setting.
MEASURED_ON = ("test_dataset", "test_file", "test_sha256")


@dataclass(frozen=True)
class FilterChoices:
    """What some runs can be filtered by.

    `states` and `tags` have columns state or tag, n_runs. `parameters` has columns name, kind ("whole", "number",
    "truth" or "word"; "extra" for a key that is no typed column), varies (also: some runs have it, some do not) and
    refused (of a typed column: some runs logged a value that its definition refuses).
    """

    states: pd.DataFrame
    tags: pd.DataFrame
    parameters: pd.DataFrame


class ParameterValues(NamedTuple):
    """What a parameter is in some runs: pairs of value (None: unset) and n_runs, each run in one of them.

    Numbers come first, ascending, then truths, words, lists and mappings, the unset last.

    Of `n_values` values these are the most common ones. `low` and `high`: the ends of its numbers, None without any.
    """

    values: tuple[tuple[Value, int], ...]
    n_values: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class GroupVariation:
    """How many runs and settings a group has, and which keys differ in it, with and without a column of their own.

    `varying` are choices of how a model is made, but for the seeds; `all_varying` has what follows from them too.
    """

    group: str | None
    n_runs: int
    n_settings: int
    varying: tuple[str, ...]
    all_varying: tuple[str, ...]


_SHOWN = 80  # letters of a long value
_TOO_LARGE = 2**1000  # for a float; a NaN is not less either
_KINDS = {"BIGINT": "whole", "DOUBLE": "number", "BOOLEAN": "truth"}


def varying_parameters(
    con: duckdb.DuckDBPyConnection, which: RunFilter, leave_out: tuple[str, ...] = SEED_KEYS
) -> list[str]:
    """Name the parameters that take more than one value in some runs, being unset counted as one.

    First the typed ones in the order of the table, then the columns that `run_metric` has for keys without one of
    their own. The seeds are left out unless said otherwise (with `seed` also `train.seed`); the counts that follow
    from other parameters, and the test orbits, always.
    """
    varies = matched_arrow(con, which, "varying_parameters").to_pylist()[0]
    own = own_columns(con)
    typed = [name for name, differs in varies.items() if differs or name in own]
    return _choices([*typed, *(name for name in own if name not in varies)], leave_out)


def _choices(names: Sequence[str], leave_out: tuple[str, ...]) -> list[str]:
    """Those of some parameters that are choices of how a model is made, but for some."""
    return [name for name in names if not left_out(name, leave_out) and name not in (*DERIVED, *MEASURED_ON)]


def group_variation(con: duckdb.DuckDBPyConnection, which: RunFilter) -> list[GroupVariation]:
    """Say of each group of some runs what varies in it; the newest group first."""
    found = []
    rows = matched_arrow(con, which, "group_variation").to_pylist()
    own: dict[str | None, list[str]] = {}
    for pair in arrow(con, "group_own_keys").to_pylist():
        own.setdefault(pair["group"], []).append(pair["key"])
    for row in rows:
        group, n_runs, n_settings = (row.pop(name) for name in ("group", "n_runs", "n_settings"))
        differ = tuple(dict.fromkeys([*(name for name, differs in row.items() if differs), *own.get(group, [])]))
        found.append(GroupVariation(group, n_runs, n_settings, tuple(_choices(differ, SEED_KEYS)), differ))
    return found


def filter_choices(con: duckdb.DuckDBPyConnection, which: RunFilter) -> FilterChoices:
    """Return what some runs can be filtered by, parameters in the order of the tables."""
    differs = matched_arrow(con, which, "varying_parameters").to_pylist()[0]
    own = {key["name"]: key["varies"] for key in matched_arrow(con, which, "extra_choices").to_pylist()}
    typed = typed_columns(con)
    rows = [
        (name, _KINDS.get(kind, "word"), bool(differs[name]) or own.get(name, False), name in own)
        for name, kind in typed.items()
    ]
    rows += [(name, "extra", varies, False) for name, varies in own.items() if name not in typed]
    return FilterChoices(
        states=matched_frame(con, which, "state_choices"),
        tags=matched_frame(con, which, "tag_choices"),
        parameters=pd.DataFrame(rows, columns=["name", "kind", "varies", "refused"]),
    )


def parameter_values(con: duckdb.DuckDBPyConnection, which: RunFilter, name: str, most: int) -> ParameterValues:
    """Return the values that a parameter takes in some runs: the `most` common ones."""
    matched(con, which)
    runs, run_key = con.table("matched"), ColumnExpression("run_key")
    if name in typed_columns(con):
        of_runs = con.table("parameters").select(run_key, ColumnExpression(name).alias("typed"))
        runs = runs.join(of_runs, "run_key")
    else:
        runs = runs.select(run_key, ConstantExpression(None).alias("typed"))
    logged = own_rows(con, name).select(run_key, ColumnExpression("value").alias("own"))
    runs = runs.join(logged, "run_key", "left")
    parts = [part.alias(f"{of}_{i}") for of in ("typed", "own") for i, part in enumerate(_brief(ColumnExpression(of)))]
    counted = runs.select(run_key, *parts).aggregate([*_BRIEF, FunctionExpression("count", run_key).alias("n_runs")])
    pairs = [(_value(row), row["n_runs"]) for row in counted.to_arrow_table().to_pylist()]
    common = sorted(pairs, key=lambda pair: (-pair[1], _natural(pair[0])))[:most]
    numbers = [value for value, _ in pairs if is_number(value)]
    return ParameterValues(
        values=tuple(sorted(common, key=lambda pair: _natural(pair[0]))),
        n_values=len(pairs),
        low=min(numbers, default=None),
        high=max(numbers, default=None),
    )


def is_number(value: Value) -> TypeGuard[int | float]:
    """Say whether a value is a number that has a place in a range."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _TOO_LARGE


_BRIEF = [ColumnExpression(f"{of}_{i}") for of in ("typed", "own") for i in range(3)]


def _brief(column: Expression) -> tuple[Expression, Expression, Expression]:
    """A value that is not too long; else its checksum and how it begins."""
    text = column.cast("VARCHAR")
    is_long = FunctionExpression("length", text) > ConstantExpression(LONGEST)
    checksum = CaseExpression(is_long, FunctionExpression("sha256", text))
    beginning = CaseExpression(is_long, FunctionExpression("left", text, ConstantExpression(_SHOWN)))
    return CaseExpression(~is_long, column), checksum, beginning


def _value(row: Mapping[str, Any]) -> Value:
    """What a run has of a parameter: in its column or, where that is empty, as logged."""
    for of in ("typed", "own"):
        value, checksum, beginning = (row[f"{of}_{i}"] for i in range(3))
        if checksum is not None:
            return LongText(checksum, beginning)
        if value is not None:
            return value if of == "typed" else _of_json(value)
    return None


def _of_json(text: str) -> Value:
    value = json.loads(text)
    return JsonValue(text) if isinstance(value, list | dict) else value


def _natural(value: Value) -> tuple[int, float, str]:
    """Numbers first, then truths, words, lists and mappings, the unset last."""
    if is_number(value):
        return 0, float(value), ""
    if isinstance(value, float):
        return 0, math.inf, str(value)
    if isinstance(value, bool):
        return 1, float(value), ""
    if value is None:
        return 4, 0.0, ""
    return (2, 0.0, value) if isinstance(value, str) else (3, 0.0, str(value))
