"""Residual grids of stored models, each made once per model, settings and numerics."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from orbitsens.grid import ResidualGrid, residual_grid
from orbitsens.grid_settings import GridSettings
from orbitsens.sensitivity.generalisation import across_models
from orbitsens.version import NUMERICS, __version__
from runner.targets import Target, load
from store.errors import StoreError
from store.evaluations import GridEvaluation, evaluation_store, find_grid, grid_key, publish_evaluations
from store.gridfiles import CELL, read_grid

OnProgress = Callable[[float, str], None]


def evaluate_grids(
    store: Path,
    targets: Sequence[Target],
    settings: GridSettings,
    *,
    on_progress: OnProgress,
    on_wait: Callable[[str], None],
    again: bool = False,
) -> list[str]:
    """Put the residual grids of models into the store, those that it lacks; return the grids' keys.

    Raises:
        StoreError: a model cannot be read, or the store not be written.
    """
    keys = [grid_key(target.model_sha256, settings.plain(), NUMERICS) for target in targets]
    lacking = {k: t for k, t in zip(keys, targets, strict=True) if again or find_grid(store, k) is None}
    results = []
    for i, target in enumerate(lacking.values()):
        words = f"model {i + 1} of {len(lacking)}, run {target.run_id}"
        on_progress(i / len(lacking), words)
        loaded, began = load(target), time.perf_counter()
        grid = residual_grid(
            loaded.model,
            settings,
            loaded.units,
            lambda share, i=i, words=words: on_progress((i + share) / len(lacking), words),  # type: ignore[misc]
        )
        results.append(_grid_evaluation(target, grid, time.perf_counter() - began))
    if results:
        on_progress(1.0, "writing to the store")
        publish_evaluations(evaluation_store(store), results, on_wait=on_wait)
    return keys


def _grid_evaluation(target: Target, grid: ResidualGrid, seconds: float) -> GridEvaluation:
    settings = grid.settings
    return GridEvaluation(
        model_sha256=target.model_sha256,
        settings=settings.plain(),
        code_version=__version__,
        numerics=NUMERICS,
        cells=cell_table(grid),
        n_feasible=int(settings.feasible.sum()),
        n_failed=None if grid.failed is None else int(grid.failed.sum()),
        seconds=seconds,
    )


def cell_table(grid: ResidualGrid) -> pa.Table:
    """A grid as the table that `store.gridfiles` describes."""
    a, e = np.meshgrid(grid.settings.a_km, grid.settings.e)
    feasible = grid.settings.feasible.ravel()
    columns: dict[str, Any] = {"a_km": a.ravel(), "e": e.ravel(), "feasible": feasible}
    columns["failed"] = (
        pa.nulls(feasible.size, pa.bool_()) if grid.failed is None else pa.array(grid.failed.ravel(), mask=~feasible)
    )
    for name, values in grid.fields.items():
        columns[name] = pa.array(values.ravel(), mask=np.isnan(values.ravel()))
    if grid.along is not None:
        along = {
            "error_along": grid.along.acceleration_error,
            "acceleration_x": grid.along.acceleration[..., 0],
            "acceleration_y": grid.along.acceleration[..., 1],
        }
        if grid.along.path is not None and grid.along.position_error_km is not None:
            along |= {"path_x": grid.along.path[..., 0], "path_y": grid.along.path[..., 1]}
            along["position_error_along"] = grid.along.position_error_km
        columns |= {name: _lists(values, feasible) for name, values in along.items()}
    return pa.table(columns)


def _lists(values: np.ndarray, feasible: np.ndarray) -> pa.Array:
    """One list a cell; NULL where infeasible."""
    ends = np.concatenate([[0], np.cumsum(feasible)]) * values.shape[1]
    flat = pa.array(_three_digits(values).ravel())
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat, mask=pa.array(~feasible))


def _three_digits(values: np.ndarray) -> np.ndarray:
    """Round to 11 binary digits, a relative error below 5e-4: enough for a curve, and zeros compress."""
    fraction, exponent = np.frexp(np.asarray(values, dtype=np.float32))
    return np.ldexp(np.round(fraction * np.float32(2**11)), exponent - 11)


def grid_json(store: Path, target: Target, key: str, settings: GridSettings) -> dict[str, Any]:
    """A stored grid as JSON: every field as one row per e, null where infeasible or failed."""
    cells = _cells(store, target, key)
    shape = (settings.n_e, settings.n_a)
    fields = {name: _rows(cells[name], shape) for name in cells.columns if name not in CELL}
    failed = {"failed": _rows(cells["failed"], shape)} if settings.revolutions else {}
    axes = {"a_km": settings.a_km.tolist(), "e": settings.e.tolist()}
    told = {"settings": settings.plain(), "model_sha256": target.model_sha256, "numerics": NUMERICS}
    return {"run_id": target.run_id, **axes, **fields, **failed, **told}


def spread_json(store: Path, targets: Sequence[Target], keys: Sequence[str], settings: GridSettings) -> dict[str, Any]:
    """The mean and the sd (n - 1) over models of every field of their stored grids, cell by cell, as JSON."""
    grids = [_cells(store, target, key) for target, key in zip(targets, keys, strict=True)]
    shape = (settings.n_e, settings.n_a)
    found: dict[str, Any] = {"run_ids": [target.run_id for target in targets]}
    found |= {"a_km": settings.a_km.tolist(), "e": settings.e.tolist()}
    for name in (name for name in grids[0].columns if name not in CELL):
        over = across_models(grids, name)
        found[name] = {"mean": _rows(over["mean"], shape), "sd": _rows(over["sd"], shape)}
    return found


def _cells(store: Path, target: Target, key: str) -> pd.DataFrame:
    found = find_grid(store, key)
    if found is None:
        raise StoreError(f"The grid of run {target.run_id} is not in {store} any more: evaluate it again.")
    return read_grid(*found)


def _rows(column: pd.Series, shape: tuple[int, int]) -> list[list[Any]]:
    values = [None if pd.isna(value) else value for value in column.tolist()]
    return [values[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]


def as_line(found: Mapping[str, Any]) -> str:
    """One line of JSON, without a NaN in it."""
    return json.dumps(found, allow_nan=False)
