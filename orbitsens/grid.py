"""The residual grid: a model on one orbit per semi-major axis and eccentricity, pointwise, in one compiled program."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from orbitsens.constants import MU_KM3_S2
from orbitsens.grid_settings import GridSettings, arrow_samples
from orbitsens.metrics import POINTWISE, pointwise
from orbitsens.model import NeuralODE
from orbitsens.normalization import Units
from orbitsens.orbits import Elements, revolution
from orbitsens.orbits.kepler import TURN
from orbitsens.rollout import closed_revolutions, roll_out, rollout_errors
from orbitsens.tsit5 import Tolerance
from orbitsens.types import Dynamics

# Numbers in one hidden layer's output for all samples of a chunk: they stay in a processor's cache.
_CHUNK_NUMBERS = 2**21
_ORBITS_OF_ROLLOUT = 512
# A share of samples has no useful median or maximum.
_SHARES = ("radial_sign_violation_pct", "accel_dir_flip_pct")

OnProgress = Callable[[float], None]


class AlongOrbit(NamedTuple):
    """What happens along the feasible cells' orbits [cell, ...], each in the plane of its orbit.

    The plane's first axis points to the ascending node, its second 90 degrees ahead: x and y of planar orbits.
    `acceleration_error` [sample] in percent; `acceleration` [arrow, 2] of the model in km/s^2 at the samples that
    `arrow_samples` says; with a rollout, `path` [rolled sample, 2] in km and `position_error_km` [rolled sample],
    else None.
    """

    acceleration_error: np.ndarray
    acceleration: np.ndarray
    path: np.ndarray | None = None
    position_error_km: np.ndarray | None = None


@dataclass(frozen=True)
class ResidualGrid:
    """A model's errors: `fields` by name, each [e, a], NaN where infeasible or failed; `failed` [e, a] of rollouts."""

    settings: GridSettings
    fields: dict[str, np.ndarray]
    failed: np.ndarray | None
    along: AlongOrbit | None


class _Frame(NamedTuple):
    """Unit vectors at the samples' true anomalies [argument, sample, 3], shared by all cells."""

    cos_nu: Float[Array, "argument sample"]
    radial: Float[Array, "argument sample 3"]
    across: Float[Array, "argument sample 3"]
    ahead: Float[Array, "argument sample 3"]


def residual_grid(
    model: NeuralODE, settings: GridSettings, units: Units, on_progress: OnProgress = lambda share: None
) -> ResidualGrid:
    """Measure a model on every feasible cell; `on_progress` is told the share done, 0 to 1.

    Fields are the pointwise metrics as means over a cell's samples, `<metric>_median` and `<metric>_max` of those
    that are no shares, and, with revolutions, the rollout metrics of `orbitsens.rollout`.
    """
    a, e = (axis[settings.feasible] for axis in np.meshgrid(settings.a_km, settings.e))
    rolled = settings.revolutions > 0
    columns, along = _pointwise(model, settings, units, a, e, lambda x: on_progress(0.1 * x if rolled else x))
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


def _pointwise(
    model: NeuralODE, settings: GridSettings, units: Units, a: np.ndarray, e: np.ndarray, on_progress: OnProgress
) -> tuple[dict[str, np.ndarray], AlongOrbit | None]:
    """Statistics of each cell, accumulated in float64, and what is kept along the orbits."""
    frame = _frame(settings)
    keep = arrow_samples(settings.anomalies) if settings.keeps_orbits else None
    per_cell = settings.anomalies * len(settings.arguments_deg)
    size = max(1, _CHUNK_NUMBERS // (per_cell * model.func.mlp.width_size))
    parameter = a / units.length_km * (1.0 - e * e)
    mu = jnp.float32(units.mu)
    columns: dict[str, list[np.ndarray]] = {}
    errors: list[np.ndarray] = []
    accelerations: list[np.ndarray] = []
    pending: tuple[Any, slice] | None = None
    for part, done in _chunks(len(a), size):
        chunk = [jnp.asarray(_padded(x[part], size), jnp.float32) for x in (parameter, e)]
        ahead = _at_samples(model.func, chunk[0], chunk[1], frame, mu), part
        # A chunk's statistics are made while the next one is being computed.
        if pending is not None:
            _collect(jax.device_get(pending[0]), pending[1], keep, columns, errors, accelerations)
        pending = ahead
        on_progress(done)
    if pending is not None:
        _collect(jax.device_get(pending[0]), pending[1], keep, columns, errors, accelerations)
    along = None
    if keep is not None:
        to_km_s2 = units.length_km / units.time_s**2
        along = AlongOrbit(np.concatenate(errors), in_plane(np.concatenate(accelerations), settings) * to_km_s2)
    return {name: np.concatenate(parts) for name, parts in columns.items()}, along


def _collect(
    values: tuple[dict[str, np.ndarray], np.ndarray],
    part: slice,
    keep: np.ndarray | None,
    columns: dict[str, list[np.ndarray]],
    errors: list[np.ndarray],
    accelerations: list[np.ndarray],
) -> None:
    measured, acceleration = values
    n = part.stop - part.start
    for name in POINTWISE:
        flat = measured[name][:n].reshape(n, -1)
        found: dict[str, Any] = {name: np.mean(flat, axis=1, dtype=np.float64)}
        if name not in _SHARES:
            found |= {f"{name}_median": np.median(flat, axis=1), f"{name}_max": np.max(flat, axis=1)}
        for key, column in found.items():
            columns.setdefault(key, []).append(column)
    if keep is not None:
        errors.append(np.array(measured["acceleration_error"][:n, 0]))
        accelerations.append(np.array(acceleration[:n, 0, keep]))


@eqx.filter_jit
def _at_samples(
    dynamics: Dynamics, parameter: Float[Array, "cell"], e: Float[Array, "cell"], frame: _Frame, mu: Float[Array, ""]
) -> tuple[dict[str, Array], Array]:
    """The pointwise metrics [cell, argument, sample] and the model's accelerations [cell, argument, sample, 3]."""
    p, e = parameter[:, None, None], e[:, None, None]
    radius = p / (1.0 + e * frame.cos_nu[None])
    position = radius[..., None] * frame.radial[None]
    velocity = jnp.sqrt(mu / p)[..., None] * (frame.across[None] + e[..., None] * frame.ahead[None])
    y = jnp.concatenate([position, velocity], axis=-1)
    shape = y.shape[:-1]
    orbits = y.reshape(shape[0] * shape[1], shape[2], 6)
    values = pointwise(dynamics, orbits, jnp.ones(orbits.shape[:2], dtype=bool), mu)
    acceleration = jax.vmap(jax.vmap(dynamics))(orbits)[..., 3:]
    return {name: v.values.reshape(*shape[:2], -1) for name, v in values.items()}, acceleration.reshape(*shape, 3)


def _frame(settings: GridSettings) -> _Frame:
    nu = np.radians(settings.start_deg) + np.arange(settings.anomalies) * (TURN / settings.anomalies)
    node, beyond = plane_axes(settings)
    w = np.radians(np.array(settings.arguments_deg))[:, None]
    towards = np.cos(w) * node + np.sin(w) * beyond
    ahead = -np.sin(w) * node + np.cos(w) * beyond
    cos_nu, sin_nu = np.cos(nu)[None, :, None], np.sin(nu)[None, :, None]
    radial = cos_nu * towards[:, None] + sin_nu * ahead[:, None]
    across = -sin_nu * towards[:, None] + cos_nu * ahead[:, None]
    columns = (
        np.broadcast_to(np.cos(nu), radial.shape[:2]),
        radial,
        across,
        np.broadcast_to(ahead[:, None], radial.shape),
    )
    return _Frame(*(jnp.asarray(x, jnp.float32) for x in columns))


def plane_axes(settings: GridSettings) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors [3] in the orbits' plane: to the ascending node, and 90 degrees ahead of it."""
    i, raan = np.radians(settings.inclination_deg), np.radians(settings.raan_deg)
    node = np.array([np.cos(raan), np.sin(raan), 0.0])
    return node, np.array([-np.sin(raan) * np.cos(i), np.cos(raan) * np.cos(i), np.sin(i)])


def in_plane(vectors: np.ndarray, settings: GridSettings) -> np.ndarray:
    """The components [..., 2] of vectors [..., 3] in the orbits' plane, float32."""
    return np.stack([vectors @ axis for axis in plane_axes(settings)], axis=-1).astype(np.float32)


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
    for part, done in _chunks(len(a) * n_arguments, size):
        wanted = Elements(*(_padded(x[part], size) for x in orbits))
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


def _chunks(n: int, size: int) -> Iterator[tuple[slice, float]]:
    for start in range(0, n, size):
        stop = min(n, start + size)
        yield slice(start, stop), stop / n


def _padded(column: np.ndarray, size: int) -> np.ndarray:
    """The last chunk is filled up with its first cell, so that every chunk has the same shape."""
    return np.concatenate([column, np.full(size - len(column), column[0])])
