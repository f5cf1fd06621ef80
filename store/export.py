"""Whole groups as Arrow tables, with run ids in every row, NULL told from NaN, and written to files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from orbitsens.config import closest, harmless
from orbitsens.config.spreadsheet import FORMULA, NUMBER
from store.connect import read_catalogue
from store.curves import curve_files, curve_tables
from store.errors import StoreError
from store.filters import EVERYTHING, group_text, of_group
from store.frames import arrow
from store.matching import matched_arrow, matched_frame
from store.measured import HEADLINE, first_place
from store.output import write_output

Table = Literal["runs", "metrics", "history"]
Format = Literal["csv", "parquet"]


def export_runs(con: duckdb.DuckDBPyConnection, store: Path, group: str | None) -> pa.Table:
    """Return one row per run: the tables `runs` and `parameters`; tags, extra parameters, config, summary as JSON.

    `acceleration_error` (%) is on the dataset and split that the two columns after it name: the same for all runs.
    """
    del store
    choices = matched_frame(con, of_group(group), "metric_choices").query("metric == @HEADLINE")
    dataset, split = (None, None) if choices.empty else first_place(choices)[["dataset", "split"]]
    return arrow(con, "export_runs", {"group": group, "metric": HEADLINE, "dataset": dataset, "split": split})


def export_metrics(con: duckdb.DuckDBPyConnection, store: Path, group: str | None) -> pa.Table:
    """Return one row per run and metric, with the dataset, split and aggregation it belongs to."""
    del store
    return arrow(con, "export_metrics", {"group": group})


def export_history(con: duckdb.DuckDBPyConnection, store: Path, group: str | None) -> pa.Table:
    """Return one row per run and logged step: run_key, run_id, step and a column per history key.

    Raises:
        StoreError: a run's curves are no longer in the store, or damaged.
    """
    keys = arrow(con, "group_run_keys", {"group": group})["run_key"].to_pylist()
    pairs = arrow(con, "curve_files", {"run_keys": keys}).to_pylist()
    table = curve_tables(store, curve_files(pairs), None)
    run_ids = [key.rpartition("/")[2] for key in table["run_key"].to_pylist()]
    return table.add_column(1, "run_id", pa.array(run_ids, pa.string()))


def write_table(table: pa.Table, path: Path, kind: Format) -> None:
    """Write a table as CSV (a header, NULL empty, NaN `nan`, no text a formula) or Parquet.

    An existing file is replaced.

    Raises:
        StoreError: the file cannot be written.
    """
    if kind == "csv":
        write_output(path, lambda file: csv.write_csv(_harmless(table), file))
    else:
        write_output(path, lambda file: _write_parquet(table, file))


def _write_parquet(table: pa.Table, file: BinaryIO) -> None:
    if file.seekable():
        pq.write_table(table, file, compression="zstd")
        return
    content = pa.BufferOutputStream()
    pq.write_table(table, content, compression="zstd")
    file.write(content.getvalue())


def _harmless(table: pa.Table) -> pa.Table:
    """Mark texts that a spreadsheet program would take for formulas; see `orbitsens.config.spreadsheet`."""
    for place, column in enumerate(table.schema):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            cells = table.column(place)
            formula = pc.match_substring_regex(cells, FORMULA)
            marked = pc.and_not(formula, pc.match_substring_regex(cells, NUMBER))
            apostrophe = pa.scalar("'", column.type)
            table = table.set_column(
                place, column, pc.if_else(marked, pc.binary_join_element_wise(apostrophe, cells, ""), cells)
            )
    return table.rename_columns([harmless(name) for name in table.column_names])


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
