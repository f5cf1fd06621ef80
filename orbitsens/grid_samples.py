"""The pointwise part of a residual grid: a model at the samples of one orbit per cell, in one compiled program."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from orbitsens.grid_settings import GridSettings, arrow_samples
from orbitsens.metrics import pointwise
from orbitsens.model import NeuralODE
from orbitsens.normalization import Units
from orbitsens.orbits.kepler import TURN
from orbitsens.types import Dynamics

# Numbers in one hidden layer's output for all samples of a chunk: they stay in a processor's cache.
_CHUNK_NUMBERS = 2**20
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


class _Frame(NamedTuple):
    """Unit vectors at the samples' true anomalies [3, argument, sample], shared by all cells."""

    cos_nu: Float[Array, "argument sample"]
    radial: Float[Array, "3 argument sample"]
    across: Float[Array, "3 argument sample"]
    ahead: Float[Array, "3 argument sample"]


def pointwise_columns(
    model: NeuralODE, settings: GridSettings, units: Units, a: np.ndarray, e: np.ndarray, on_progress: OnProgress
) -> tuple[dict[str, np.ndarray], AlongOrbit | None]:
    """Statistics of each cell, accumulated in float64, and what is kept along the orbits."""
    frame = _frame(settings)
    keep = arrow_samples(settings.anomalies) if settings.keeps_orbits else None
    per_cell = settings.anomalies * len(settings.arguments_deg)
    size = max(1, _CHUNK_NUMBERS // (per_cell * model.func.mlp.width_size))
    shapes = np.array([a / units.length_km * (1.0 - e * e), e], dtype=np.float32)
    mu = jnp.float32(units.mu)

    def measure(part: slice) -> _Part:
        parameters, eccentricities = (jnp.asarray(padded(column[part], size)) for column in shapes)
        measured, acceleration = jax.device_get(_at_samples(model.func, parameters, eccentricities, frame, mu))
        n = part.stop - part.start
        columns = _statistics({name: values[:n].reshape(n, -1) for name, values in measured.items()})
        if keep is None:
            return _Part(columns)
        arrows = np.moveaxis(acceleration[:, :n, 0, keep], 0, -1)
        return _Part(columns, np.array(measured["acceleration_error"][:n, 0]), arrows)

    parts = list(chunks(len(a), size))
    # The first compiles. What is neither a matrix product nor large takes one core: the chunks share out the cores.
    found = [measure(parts[0][0])]
    on_progress(parts[0][1])
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for part, (_, done) in zip(pool.map(measure, (part for part, _ in parts[1:])), parts[1:], strict=True):
            found.append(part)
            on_progress(done)
    columns = {name: np.concatenate([part.columns[name] for part in found]) for name in found[0].columns}
    if keep is None:
        return columns, None
    to_km_s2 = units.length_km / units.time_s**2
    accelerations = in_plane(np.concatenate([part.accelerations for part in found]), settings) * to_km_s2
    return columns, AlongOrbit(np.concatenate([part.errors for part in found]), accelerations)


class _Part(NamedTuple):
    """What is kept of one chunk of cells."""

    columns: dict[str, np.ndarray]
    errors: np.ndarray = np.empty(0)
    accelerations: np.ndarray = np.empty(0)


def _statistics(measured: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Means, medians and maxima over the samples of each cell's orbits, from [cell, sample]."""
    columns: dict[str, np.ndarray] = {}
    for name, values in measured.items():
        columns[name] = np.asarray(np.mean(values, axis=1, dtype=np.float64))
        if name not in _SHARES:
            columns |= _median_and_max(name, values)
    return columns


def _median_and_max(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """Of each row, NaN where one of it is: NumPy sorts short rows ten times faster than it finds their median."""
    ordered = np.sort(values, axis=1)
    n, last = values.shape[1], ordered[:, -1]
    median = 0.5 * (ordered[:, (n - 1) // 2] + ordered[:, n // 2])
    return {f"{name}_median": np.where(np.isnan(last), last, median), f"{name}_max": last}


@eqx.filter_jit
def _at_samples(
    dynamics: Dynamics, parameter: Float[Array, "cell"], e: Float[Array, "cell"], frame: _Frame, mu: Float[Array, ""]
) -> tuple[dict[str, Array], Array]:
    """The pointwise metrics [cell, argument, sample] and the model's accelerations [3, cell, argument, sample]."""
    p, e = parameter[:, None, None], e[:, None, None]
    radius = p / (1.0 + e * frame.cos_nu[None])
    position = radius[None] * frame.radial[:, None]
    velocity = jnp.sqrt(mu / p)[None] * (frame.across[:, None] + e[None] * frame.ahead[:, None])
    shape = radius.shape
    orbits = jnp.concatenate([position, velocity]).reshape(6, -1, shape[-1])
    values, acceleration = pointwise(dynamics, orbits, jnp.ones(orbits.shape[1:], dtype=bool), mu)
    return {name: v.values.reshape(*shape[:2], -1) for name, v in values.items()}, acceleration.reshape(3, *shape)


def _frame(settings: GridSettings) -> _Frame:
    nu = np.radians(settings.start_deg) + np.arange(settings.anomalies) * (TURN / settings.anomalies)
    node, beyond = plane_axes(settings)
    w = np.radians(np.array(settings.arguments_deg))[:, None]
    towards = np.cos(w) * node + np.sin(w) * beyond
    ahead = -np.sin(w) * node + np.cos(w) * beyond
    cos_nu, sin_nu = np.cos(nu)[None, :, None], np.sin(nu)[None, :, None]
    radial = cos_nu * towards[:, None] + sin_nu * ahead[:, None]
    across = -sin_nu * towards[:, None] + cos_nu * ahead[:, None]
    vectors = (np.moveaxis(x, -1, 0) for x in (radial, across, np.broadcast_to(ahead[:, None], radial.shape)))
    cos_nu = np.broadcast_to(np.cos(nu), radial.shape[:2])
    return _Frame(*(jnp.asarray(x, jnp.float32) for x in (cos_nu, *vectors)))


def plane_axes(settings: GridSettings) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors [3] in the orbits' plane: to the ascending node, and 90 degrees ahead of it."""
    i, raan = np.radians(settings.inclination_deg), np.radians(settings.raan_deg)
    node = np.array([np.cos(raan), np.sin(raan), 0.0])
    return node, np.array([-np.sin(raan) * np.cos(i), np.cos(raan) * np.cos(i), np.sin(i)])


def in_plane(vectors: np.ndarray, settings: GridSettings) -> np.ndarray:
    """The components [..., 2] of vectors [..., 3] in the orbits' plane, float32."""
    return np.stack([vectors @ axis for axis in plane_axes(settings)], axis=-1).astype(np.float32)


def chunks(n: int, size: int) -> Iterator[tuple[slice, float]]:
    """Slices of at most `size` of `n` things, with the share that is done after each."""
    for start in range(0, n, size):
        stop = min(n, start + size)
        yield slice(start, stop), stop / n


def padded(column: np.ndarray, size: int) -> np.ndarray:
    """The last chunk is filled up with its first cell, so that every chunk has the same shape."""
    return np.concatenate([column, np.full(size - len(column), column[0])])
