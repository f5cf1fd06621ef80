"""Evaluations of stored models: what was measured on a dataset or a grid, kept by model, settings and numerics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from store.canonical import canonical_json, digest
from store.connect import read_catalogue
from store.drafts import draft, explained, put_in_force
from store.frames import frame
from store.gridfiles import is_whole, write_grid
from store.layout import store_version, versions
from store.leftovers import GRACE, discard_drafts, discard_superseded
from store.location import DEFAULT, SHIPPED
from store.lock import writer_lock
from store.sqltext import statement


@dataclass(frozen=True)
class DatasetEvaluation:
    """One metric of one model on one dataset; `per_orbit` in the dataset's order, NaN for an orbit that failed."""

    model_sha256: str
    metric: str
    dataset: str
    split: str
    aggregation: str
    value: float
    n_orbits: int
    n_failed: int
    code_version: str
    numerics: int
    per_orbit: Sequence[float]


@dataclass(frozen=True)
class GridEvaluation:
    """The residual grid of one model; `cells` has the columns that `store.gridfiles` names."""

    model_sha256: str
    settings: Mapping[str, Any]
    code_version: str
    numerics: int
    cells: pa.Table
    n_feasible: int
    n_failed: int | None
    seconds: float


def evaluation_store(runs: Path) -> Path:
    """Return where evaluations of a store's models go: into it, or, for the shipped one, beside the project's own."""
    return DEFAULT.parent / "evaluations" if runs.resolve() == SHIPPED.resolve() else runs


def evaluation_stores(runs: Path) -> list[Path]:
    """Return where evaluations of a store's models lie: where new ones go, and what came with the shipped one."""
    return [path for path in dict.fromkeys((evaluation_store(runs), runs)) if store_version(path) is not None]


def grid_key(model_sha256: str, settings: Mapping[str, Any], numerics: int) -> str:
    """Return the key of a grid: equal for the same model, settings and numerics."""
    return digest(model_sha256, canonical_json(settings), f"numerics {numerics}")[:24]


def stored_grids(con: duckdb.DuckDBPyConnection, models: Sequence[str] | None = None) -> pd.DataFrame:
    """List grids, the newest first; of some models (SHA-256), or of all.

    Columns: grid_key, model_sha256, settings (JSON), code_version, numerics, grid_file, n_feasible, n_failed,
    seconds, measured_at (UTC).
    """
    found = frame(con, "grids")
    return found if models is None else found[found["model_sha256"].isin(models)].reset_index(drop=True)


def stored_evaluations(con: duckdb.DuckDBPyConnection, models: Sequence[str]) -> pd.DataFrame:
    """List what models (SHA-256) were measured at later on. Columns: those of the table `evaluations`."""
    return frame(con, "evaluations", {"models": list(models)})


def stored_models(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """List every run with its model, the newest first.

    Columns: run_key, run_id, group, name, state, created_at, setting_hash, model_file, model_sha256, model_problem
    (what is wrong with the file), assumed (JSON: what the model is read with and the run did not log), and every typed
    column of the table `parameters`.
    """
    return frame(con, "models")


def test_orbit_errors(con: duckdb.DuckDBPyConnection, run_keys: Sequence[str], metric: str) -> pd.DataFrame:
    """List what runs were measured at on each orbit of test datasets: run_key, dataset, orbit (from 0), value."""
    return frame(con, "test_orbit_errors", {"run_keys": list(run_keys), "metric": metric})


def measured_where(con: duckdb.DuckDBPyConnection, run_keys: Sequence[str]) -> set[tuple[str, str, str, str]]:
    """Return all (run_key, metric, dataset, split) that runs were measured at."""
    rows = frame(con, "measured_where", {"run_keys": list(run_keys)})
    return set(rows.itertuples(index=False, name=None))


def publish_evaluations(
    store: Path, results: Sequence[DatasetEvaluation | GridEvaluation], *, on_wait: Callable[[str], None]
) -> int:
    """Bring evaluations into the store, in place of older ones of the same key; return the version in force.

    The runs stay as they are, and a later sync leaves the evaluations as they are. It is the same writer as a sync:
    one at a time, a new version or none.

    Raises:
        StoreError: the disk is full or the store cannot be written (it is then as it was), or its schema is newer.
    """
    with explained(store), writer_lock(store, on_wait):
        current = store_version(store)
        version = max([0, *versions(store)]) + 1
        discard_drafts(store, current)
        with draft(store, current, version) as con:
            _insert(con, "evaluations", [_evaluation_row(r) for r in results if isinstance(r, DatasetEvaluation)])
            _insert(con, "grids", [_grid_row(store, r) for r in results if isinstance(r, GridEvaluation)])
        put_in_force(store, version)
        discard_superseded(store, version, GRACE)
    return version


def find_grid(runs: Path, key: str) -> tuple[Path, str] | None:
    """Return where a grid of one of `runs`' models is, store and file name; None where it is still to be made.

    One whose file is missing or damaged is to be made again.
    """
    for store in evaluation_stores(runs):
        with read_catalogue(store) as con:
            found = stored_grids(con)
        for name in found["grid_file"][found["grid_key"] == key]:
            if is_whole(store, str(name)):
                return store, str(name)
    return None


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    schema = con.table(table).limit(0).to_arrow_table().schema
    incoming = pa.Table.from_pylist(list(rows), schema=schema)
    con.register("incoming", incoming)
    con.execute(statement(f"replace_{table}"))
    con.unregister("incoming")
    con.from_arrow(incoming).insert_into(table)


def _evaluation_row(result: DatasetEvaluation) -> dict[str, Any]:
    return {**vars(result), "per_orbit": [float(x) for x in result.per_orbit], "measured_at": _now()}


def _grid_row(store: Path, result: GridEvaluation) -> dict[str, Any]:
    key = grid_key(result.model_sha256, result.settings, result.numerics)
    row = {name: value for name, value in vars(result).items() if name != "cells"}
    settings = canonical_json(result.settings)
    return row | {
        "grid_key": key,
        "settings": settings,
        "grid_file": write_grid(store, key, result.cells),
        "measured_at": _now(),
    }


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
