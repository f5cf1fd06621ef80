"""What pages and commands ask of the store: one statement each, typed, values bound.

All take an open catalogue (`store.connect.read_catalogue`) first, and many a filter, `which`, for the runs that they
are about (`store.filters`). DataFrames have Int64 for whole numbers and boolean for truths, so that a missing one is
NA; a missing float is NaN and a missing text None.
"""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from store.cell_queries import cell_runs as cell_runs, varying_counts as varying_counts
from store.curves import curve_files, read_curves
from store.detail import RunDetail as RunDetail, run_detail
from store.export import (
    export_history as export_history,
    export_metrics as export_metrics,
    export_runs as export_runs,
)
from store.filters import EVERYTHING, RunFilter
from store.frames import arrow, frame
from store.matching import matched, matched_frame
from store.model_queries import (
    model_checksums as model_checksums,
    models as models,
    test_errors as test_errors,
)
from store.own_columns import with_own_keys
from store.parameter_queries import (
    DERIVED as DERIVED,
    FilterChoices as FilterChoices,
    GroupVariation as GroupVariation,
    ParameterValues as ParameterValues,
    filter_choices as filter_choices,
    group_variation as group_variation,
    is_number as is_number,
    parameter_values as parameter_values,
    varying_parameters as varying_parameters,
)
from store.unmeasured import (
    Unmeasured as Unmeasured,
    unmeasured as unmeasured,
    unmeasured_sentence as unmeasured_sentence,
)


class TrainedConfigs(NamedTuple):
    """Hashes of configs: the finished ones with the numerics of the code that trained them, None where not known."""

    finished: dict[str, int | None]
    running: set[str]


def count_matching(con: duckdb.DuckDBPyConnection, which: RunFilter) -> int:
    """Count the runs that a filter means.

    Raises:
        StoreError: the filter names a parameter that no run has.
    """
    return matched(con, which)


def groups(con: duckdb.DuckDBPyConnection, which: RunFilter = EVERYTHING) -> pd.DataFrame:
    """List the groups of the runs, the one with the newest run first.

    Columns: group, n_runs, finished, running, crashed, failed, killed, diverged, first_created, last_created (UTC),
    datasets (training datasets, comma-separated).
    """
    return matched_frame(con, which, "groups")


class GroupCosts(NamedTuple):
    """Runs, the sum of their shares of training time (s), minutes from first to last, and devices, by commas."""

    n_runs: int
    train_seconds: float
    span_minutes: float
    devices: str


def group_costs(con: duckdb.DuckDBPyConnection, which: RunFilter) -> GroupCosts:
    """What the runs took, and on what."""
    (found,) = matched_frame(con, which, "group_costs").to_dict("records")
    return GroupCosts(**{str(name): value for name, value in found.items()})


def runs_by_numerics(con: duckdb.DuckDBPyConnection) -> dict[int | None, int]:
    """Count all runs by the numerics of the code that trained them; None where that is not on record."""
    return {row["numerics"]: row["n_runs"] for row in arrow(con, "numerics").to_pylist()}


def metric_choices(con: duckdb.DuckDBPyConnection, which: RunFilter) -> pd.DataFrame:
    """List what the runs were measured at.

    Columns: metric, dataset, split, n_runs (that were measured; their values may be NaN or infinite), low and high
    (the ends of their finite values, NaN without any).
    """
    return matched_frame(con, which, "metric_choices")


def run_metric(
    con: duckdb.DuckDBPyConnection, which: RunFilter, metric: str, dataset: str | None, split: str
) -> pd.DataFrame:
    """Return one row per run, in every state, with one metric; by seed, then run key.

    Columns: run_key, run_id, group, name, state, reason, created_at (UTC), setting_hash, config_hash, value (NaN where
    it was not measured, or where the run diverged), aggregation, n_orbits, n_failed (missing where it was not
    measured), every typed column of the table `parameters`, seed included, and the columns that
    `own_columns.with_own_keys` adds.
    """
    table = matched_frame(con, which, "run_metric", {"metric": metric, "dataset": dataset, "split": split})
    return with_own_keys(con, table)


def orbit_values(
    con: duckdb.DuckDBPyConnection, which: RunFilter, metric: str, dataset: str | None, split: str
) -> pd.DataFrame:
    """Return one metric orbit by orbit. Columns: run_key, orbit (from 0), value; no rows for runs that lack it."""
    return matched_frame(con, which, "orbit_values", {"metric": metric, "dataset": dataset, "split": split})


def trained_configs(con: duckdb.DuckDBPyConnection, entity: str, project: str, group: str) -> TrainedConfigs:
    """Return the hashes of the configs that a group has finished (diverged ones too), or that train right now."""
    rows = arrow(con, "trained_configs", {"entity": entity, "project": project, "group": group}).to_pylist()
    return TrainedConfigs(
        finished={row["config_hash"]: row["numerics"] for row in rows if row["state"] != "running"},
        running={row["config_hash"] for row in rows if row["state"] == "running"},
    )


def run(con: duckdb.DuckDBPyConnection, run_key: str) -> RunDetail:
    """Return all of one run.

    Raises:
        StoreError: there is no such run.
    """
    return run_detail(con, run_key)


def run_orbit_metrics(con: duckdb.DuckDBPyConnection, run_key: str) -> pd.DataFrame:
    """Return a run's metrics orbit by orbit. Columns: metric, dataset, split, orbit (from 0), value."""
    return frame(con, "run_orbit_metrics", {"run_key": run_key})


def history_keys(con: duckdb.DuckDBPyConnection, run_keys: Collection[str]) -> pd.DataFrame:
    """List the history keys that some of the runs have. Columns: key, n_runs."""
    return frame(con, "history_keys", {"run_keys": list(run_keys)})


def history(
    con: duckdb.DuckDBPyConnection, store: Path, run_keys: Collection[str], keys: Collection[str] | None
) -> pd.DataFrame:
    """Return the complete histories of some runs: a row per run and logged step, by run key and step.

    Columns: run_key, step (optimiser steps, from 1), and each of `keys` (None: all there are), NaN where a run or a
    step does not have it. Runs without a history have no rows. `store` is the directory that `con` was opened in.

    Raises:
        StoreError: a run's curves are no longer in the store, or damaged.
    """
    pairs = arrow(con, "curve_files", {"run_keys": list(run_keys)}).to_pylist()
    return read_curves(store, curve_files(pairs), keys)
