"""Whole groups as Arrow tables, with run ids in every row, NULL told from NaN, and written to files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from orbitsens.config import closest
from store.connect import read_catalogue
from store.curves import curve_tables
from store.durable import put_in_place, temporary
from store.errors import StoreError
from store.filters import EVERYTHING, group_text
from store.frames import arrow
from store.matching import matched_arrow

Table = Literal["runs", "metrics", "history"]
Format = Literal["csv", "parquet"]


def export_runs(con: duckdb.DuckDBPyConnection, store: Path, group: str | None) -> pa.Table:
    """Return one row per run: the tables `runs` and `parameters`; tags, extra parameters, config, summary as JSON."""
    del store
    return arrow(con, "export_runs", {"group": group})


def export_metrics(con: duckdb.DuckDBPyConnection, store: Path, group: str | None) -> pa.Table:
    """Return one row per run and metric, with the dataset, split and aggregation it belongs to."""
    del store
    return arrow(con, "export_metrics", {"group": group})


def export_history(con: duckdb.DuckDBPyConnection, store: Path, group: str | None) -> pa.Table:
    """Return one row per run and logged step: run_key, run_id, step and a column per history key.

    Raises:
        StoreError: a run's curves are no longer in the store.
    """
    keys = arrow(con, "group_run_keys", {"group": group})["run_key"].to_pylist()
    pairs = arrow(con, "curve_files", {"run_keys": keys}).to_pylist()
    table = curve_tables(store, {pair["run_key"]: pair["curve_file"] for pair in pairs}, None)
    run_ids = [key.rpartition("/")[2] for key in table["run_key"].to_pylist()]
    return table.add_column(1, "run_id", pa.array(run_ids, pa.string()))


def write_table(table: pa.Table, path: Path, kind: Format) -> None:
    """Write a table as CSV (a header, NULL empty, NaN `nan`) or Parquet; an existing file is replaced.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        with temporary(path).open("wb") as file:
            if kind == "parquet":
                pq.write_table(table, file, compression="zstd")
            else:
                csv.write_csv(table, file)
        put_in_place(path)
    except OSError as error:
        temporary(path).unlink(missing_ok=True)
        raise StoreError(f"Cannot write {path}: {error.strerror or error}; choose another place.") from error


def export_group(store: Path, group: str | None, what: Table, path: Path, kind: Format) -> tuple[int, int]:
    """Write a group's runs, metrics or histories to a file; return the numbers of its rows and of the group's runs.

    `group` None: the runs without one.

    Raises:
        StoreError: there is no store or no such group, or the file cannot be written.
    """
    with read_catalogue(store) as con:
        n_runs = len(arrow(con, "group_run_keys", {"group": group}))
        if n_runs == 0:
            raise StoreError(f"{no_such_group(con, group)} Export one that is there, or sync it first.")
        table = _EXPORTS[what](con, store, group)
    write_table(table, path, kind)
    return table.num_rows, n_runs


def no_such_group(con: duckdb.DuckDBPyConnection, group: str | None) -> str:
    """Say that a store has no run of a group, and which groups it has."""
    names = [group_text(name) for name in matched_arrow(con, EVERYTHING, "groups")["group"].to_pylist()]
    there = f"its groups are {', '.join(names)}" if names else "it has no runs"
    if group is None:
        return f"Every run of the run store has a group; {there}."
    return f"There is no group '{group}' in the run store{closest(group, names)}; {there}."


_EXPORTS: Mapping[Table, Callable[[duckdb.DuckDBPyConnection, Path, str | None], pa.Table]] = {
    "runs": export_runs,
    "metrics": export_metrics,
    "history": export_history,
}
