"""What some runs differ in, and what can be chosen to filter them by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from orbitsens.config import SEED_KEYS, left_out
from store.filters import RunFilter, Value
from store.frames import arrow
from store.matching import matched, matched_arrow, matched_frame
from store.own_columns import own_columns

# What other parameters and the data come to: no choices of their own, so they do not make settings.
DERIVED = ("num_train_orbits", "num_total_orbits", "num_total_segments", "segment_ratio_final")
# Where a model is measured is no choice in how it is made: runs that differ in these alone are one setting.
MEASURED_ON = ("test_dataset", "test_file", "test_sha256")


@dataclass(frozen=True)
class FilterChoices:
    """What some runs can be filtered by.

    `states` and `tags` have columns state or tag, n_runs. `parameters` has columns name, kind ("whole", "number",
    "truth" or "word"; "extra" for a key that is not a typed column; "mixed" for a typed one of which some runs logged
    a value that it refuses) and varies (also: some runs have it, some do not).
    """

    states: pd.DataFrame
    tags: pd.DataFrame
    parameters: pd.DataFrame


@dataclass(frozen=True)
class ParameterValues:
    """What a parameter is in some runs: pairs of value (None: unset) and n_runs, ascending, the unset last.

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
    varies = matched_arrow(con, which, "varying_parameters").to_pylist()[0]
    typed = con.table("parameters")
    kinds = {name: _KINDS.get(str(kind), "word") for name, kind in zip(typed.columns, typed.types, strict=True)}
    own = {key["name"]: key["varies"] for key in matched_arrow(con, which, "extra_choices").to_pylist()}
    known = [
        (name, "mixed" if name in own else kinds[name], bool(differs) or own.get(name, False))
        for name, differs in varies.items()
    ]
    known += [(name, "extra", differs) for name, differs in own.items() if name not in varies]
    return FilterChoices(
        states=matched_frame(con, which, "state_choices"),
        tags=matched_frame(con, which, "tag_choices"),
        parameters=pd.DataFrame(known, columns=["name", "kind", "varies"]),
    )


def parameter_values(con: duckdb.DuckDBPyConnection, which: RunFilter, name: str, most: int) -> ParameterValues:
    """Return the values that a parameter takes in some runs: the `most` common ones."""
    matched(con, which)
    found = arrow(con, "extra_values", {"name": name}).to_pylist()
    pairs = [(None if row["value"] is None else json.loads(row["value"]), row["n_runs"]) for row in found]
    typed = con.table("parameters")
    if name in typed.columns:
        # What a typed column refuses is beside it; a run that has both is counted by its column.
        key, column = ColumnExpression("run_key"), ColumnExpression(name)
        runs = typed.join(con.table("matched"), "run_key", "semi")
        refused = _refused(con, name).join(runs.filter(column.isnull()), "run_key", "semi")
        counted = runs.join(refused, "run_key", "anti").aggregate(
            [column.alias("value"), FunctionExpression("count", key).alias("n_runs")]
        )
        beside = refused.aggregate(
            [ColumnExpression("value"), FunctionExpression("count", key).alias("n_runs")]
        ).to_arrow_table()
        pairs = [(row["value"], row["n_runs"]) for row in counted.to_arrow_table().to_pylist()]
        pairs += [(json.loads(row["value"]), row["n_runs"]) for row in beside.to_pylist()]
    common = sorted(pairs, key=lambda pair: -pair[1])[:most]
    numbers = [value for value, _ in pairs if isinstance(value, int | float) and not isinstance(value, bool)]
    return ParameterValues(
        values=tuple(sorted(common, key=lambda pair: _natural(pair[0]))),
        n_values=len(pairs),
        low=min(numbers, default=None),
        high=max(numbers, default=None),
    )


def _refused(con: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    """The values of a typed parameter that its column refuses, as JSON text, by run key."""
    value = ColumnExpression("value").cast(duckdb.sqltype("VARCHAR"))
    of_key = con.table("extra_parameters").filter(ColumnExpression("key") == ConstantExpression(name))
    refused = of_key.select(ColumnExpression("run_key"), value.alias("value"))
    return refused.filter(ColumnExpression("value") != ConstantExpression("null"))


def _natural(value: object) -> tuple[int, float, str]:
    """Numbers first, then words, the unset last."""
    if isinstance(value, int | float):
        return 0, float(value), ""
    return (2, 0.0, "") if value is None else (1, 0.0, str(value))
