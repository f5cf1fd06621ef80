"""What some runs differ in, and what can be chosen to filter them by."""

import json
from dataclasses import dataclass

import duckdb
import pandas as pd
from duckdb import ColumnExpression, FunctionExpression

from orbitsens.config import SEED_KEYS
from store.filters import RunFilter
from store.frames import pandas
from store.matching import matched, matched_arrow, matched_frame

# What other parameters and the data come to: no choices of their own, so they do not make settings.
DERIVED = ("num_train_orbits", "num_total_orbits", "num_total_segments", "segment_ratio_final")


@dataclass(frozen=True)
class FilterChoices:
    """What some runs can be filtered by.

    `states` and `tags` have columns state or tag, n_runs. `parameters` has columns name, kind ("whole", "number",
    "truth" or "word"; "extra" for a key that is no typed column) and varies (also: some runs have it, some do not).
    """

    states: pd.DataFrame
    tags: pd.DataFrame
    parameters: pd.DataFrame


_KINDS = {"BIGINT": "whole", "DOUBLE": "number", "BOOLEAN": "truth"}


def varying_parameters(
    con: duckdb.DuckDBPyConnection, which: RunFilter, leave_out: tuple[str, ...] = SEED_KEYS
) -> list[str]:
    """Name the typed parameters that take more than one value in some runs, being unset counted as one.

    The seeds are left out unless said otherwise, and the counts that follow from other parameters always.
    """
    varies = matched_arrow(con, which, "varying_parameters").to_pylist()[0]
    return [name for name, differs in varies.items() if differs and name not in (*leave_out, *DERIVED)]


def filter_choices(con: duckdb.DuckDBPyConnection, which: RunFilter) -> FilterChoices:
    """Return what some runs can be filtered by, parameters in the order of the tables."""
    varies = matched_arrow(con, which, "varying_parameters").to_pylist()[0]
    typed = con.table("parameters")
    kinds = {name: _KINDS.get(str(kind), "word") for name, kind in zip(typed.columns, typed.types, strict=True)}
    known = [(name, kinds[name], bool(differs)) for name, differs in varies.items()]
    extra = matched_arrow(con, which, "extra_choices").to_pylist()
    known += [(key["name"], "extra", key["n_values"] > 1) for key in extra]
    return FilterChoices(
        states=matched_frame(con, which, "state_choices"),
        tags=matched_frame(con, which, "tag_choices"),
        parameters=pd.DataFrame(known, columns=["name", "kind", "varies"]),
    )


def parameter_values(con: duckdb.DuckDBPyConnection, which: RunFilter, name: str) -> pd.DataFrame:
    """List the values that a parameter takes in some runs: value (None: unset), n_runs; ascending, the unset last."""
    matched(con, which)
    typed = con.table("parameters")
    if name not in typed.columns:
        found = matched_arrow(con, which, "extra_values", {"name": name}).to_pylist()
        rows = [(None if row["value"] is None else json.loads(row["value"]), row["n_runs"]) for row in found]
        return pd.DataFrame(rows, columns=["value", "n_runs"], dtype=object)
    runs = typed.join(con.table("matched"), "run_key", "semi")
    value, n = ColumnExpression(name).alias("value"), FunctionExpression("count", ColumnExpression("run_key"))
    counted = runs.aggregate([value, n.alias("n_runs")])
    found = pandas(counted.sort(ColumnExpression("value").asc().nulls_last()).to_arrow_table())
    values = [None if pd.isna(value) else value for value in found["value"].tolist()]
    return pd.DataFrame({"value": pd.Series(values, dtype=object), "n_runs": found["n_runs"]})
