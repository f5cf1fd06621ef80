"""The residual grid: a model on one orbit per semi-major axis and eccentricity, pointwise and rolled out."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from orbitsens.constants import MU_KM3_S2
from orbitsens.grid_samples import AlongOrbit, OnProgress, chunks, in_plane, padded, pointwise_columns
from orbitsens.grid_settings import GridSettings
from orbitsens.model import NeuralODE
from orbitsens.normalization import Units
from orbitsens.orbits import Elements, revolution
from orbitsens.rollout import closed_revolutions, roll_out, rollout_errors
from orbitsens.tsit5 import Tolerance

_ORBITS_OF_ROLLOUT = 512


@dataclass(frozen=True)
class ResidualGrid:
    """A model's errors: `fields` by name, each [e, a], NaN where infeasible or failed; `failed` [e, a] of rollouts."""

    settings: GridSettings
    fields: dict[str, np.ndarray]
    failed: np.ndarray | None
    along: AlongOrbit | None


def residual_grid(
    model: NeuralODE, settings: GridSettings, units: Units, on_progress: OnProgress = lambda share: None
) -> ResidualGrid:
    """Measure a model on every feasible cell; `on_progress` is told the share done, 0 to 1.

    Fields are the pointwise metrics as means over a cell's samples, `<metric>_median` and `<metric>_max` of those
    that are no shares, and, with revolutions, the rollout metrics of `orbitsens.rollout`.
    """
    a, e = (axis[settings.feasible] for axis in np.meshgrid(settings.a_km, settings.e))
    rolled = settings.revolutions > 0
    columns, along = pointwise_columns(model, settings, units, a, e, lambda x: on_progress(0.1 * x if rolled else x))
    failed = None
    if rolled:
        more, failed_cells, paths = _rollouts(model, settings, units, a, e, lambda x: on_progress(0.1 + 0.9 * x))
        columns |= more
        failed = np.zeros(settings.feasible.shape, dtype=bool)
        failed[settings.feasible] = failed_cells
        along = None if along is None else along._replace(path=paths[0], position_error_km=paths[1])
    fields = {}
    for name, column in columns.items():
        fields[name] = np.full(settings.feasible.shape, np.nan)
        fields[name][settings.feasible] = column
    return ResidualGrid(settings, fields, failed, along)


def _rollouts(
    model: NeuralODE, settings: GridSettings, units: Units, a: np.ndarray, e: np.ndarray, on_progress: OnProgress
) -> tuple[dict[str, np.ndarray], np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Rollout metrics of each cell averaged over its orbits, which cells have a failed one, and kept paths."""
    n_arguments = len(settings.arguments_deg)
    size = min(_ORBITS_OF_ROLLOUT, max(1, len(a))) * n_arguments
    orbits = _elements(settings, np.repeat(a, n_arguments), np.repeat(e, n_arguments))
    columns: dict[str, list[np.ndarray]] = {}
    paths, position_errors = [], []
    tolerance = Tolerance(jnp.float32(model.rtol), jnp.float32(model.atol))
    for part, done in chunks(len(a) * n_arguments, size):
        wanted = Elements(*(padded(x[part], size) for x in orbits))
        truth = closed_revolutions(revolution(wanted, settings.anomalies, MU_KM3_S2), wanted, settings.revolutions)
        rolled = roll_out(model.func, truth, units, tolerance)
        n = part.stop - part.start
        errors = rollout_errors(rolled[:n], truth.y[:n])
        for name, values in errors.per_orbit.items():
            columns.setdefault(name, []).append(values)
        if settings.keeps_orbits:
            paths.append(in_plane(rolled[:n:n_arguments, :, :3], settings))
            position_errors.append(errors.position_error_km[::n_arguments].astype(np.float32))
        on_progress(done)
    joined = {name: np.concatenate(parts).reshape(-1, n_arguments).mean(axis=1) for name, parts in columns.items()}
    failed = np.any([~np.isfinite(column) for column in joined.values()], axis=0)
    kept = (np.concatenate(paths), np.concatenate(position_errors)) if paths else (np.empty(0), np.empty(0))
    return {name: np.where(failed, np.nan, column) for name, column in joined.items()}, failed, kept


def _elements(settings: GridSettings, a: np.ndarray, e: np.ndarray) -> Elements:
    w = np.tile(np.radians(settings.arguments_deg), len(a) // len(settings.arguments_deg))
    i, raan, nu = (
        np.full(a.shape, np.radians(x)) for x in (settings.inclination_deg, settings.raan_deg, settings.start_deg)
    )
    return Elements(a, e, i, raan, w, nu)
