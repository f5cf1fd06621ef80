"""Rollouts: the model integrated from an orbit's first state, against the true orbit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from orbitsens.augment import Segments
from orbitsens.constants import MU_KM3_S2
from orbitsens.metrics import Metric
from orbitsens.normalization import Units
from orbitsens.orbits import Elements, Revolution, period
from orbitsens.solve import Trajectories, solve_segments
from orbitsens.tsit5 import Tolerance
from orbitsens.types import Dynamics

ROLLOUT: Mapping[str, Metric] = MappingProxyType(
    {
        "position_error_km": Metric("km", "mean distance of the rolled-out from the true position"),
        "position_error_pct": Metric("%", "mean of 100 |r_model - r_true| / |r_true|"),
        "velocity_error_km_s": Metric("km/s", "mean |v_model - v_true|"),
        "energy_drift_pct": Metric("%", "largest 100 |E(t) - E(0)| / |E(0)| of the rolled-out states"),
        "end_position_error_km": Metric("km", "|r_model - r_true| at the last sample"),
    }
)


class RolloutErrors(NamedTuple):
    """Rollout metrics [orbit] by name, NaN for an orbit that failed; `failed` [orbit]; errors along it [orbit, sample].

    Means are over the samples after the first, which is given.
    """

    per_orbit: dict[str, np.ndarray]
    failed: np.ndarray
    position_error_km: np.ndarray


def closed_revolutions(orbit: Revolution, elements: Elements, n: int) -> Revolution:
    """Repeat whole revolutions [orbit, sample] `n` times and add the sample that closes the last one."""
    turn = period(np.asarray(elements.semi_major_axis), MU_KM3_S2)[:, None]
    t = np.concatenate([orbit.t + k * turn for k in range(n)] + [n * turn], axis=1)
    return Revolution(t, np.concatenate([orbit.y] * n + [orbit.y[:, :1]], axis=1))


def roll_out(dynamics: Dynamics, truth: Revolution, units: Units, tolerance: Tolerance) -> np.ndarray:
    """Integrate from the first states, in the dtype of `tolerance`, to all times of `truth` (km, km/s, s).

    Returns states [orbit, sample, 6] in km and km/s, float64; NaN from where an orbit cannot be integrated on. A
    padded sample (its time not after the one before it) repeats the state before it.
    """
    dtype = jnp.asarray(tolerance.rtol).dtype
    scale = np.array([units.length_km] * 3 + [units.velocity_km_s] * 3)
    t = np.maximum.accumulate(truth.t / units.time_s, axis=1)
    y = jnp.asarray(truth.y / scale, dtype)
    segments = Segments(jnp.asarray(t, dtype), y, jnp.ones(t.shape, dtype=bool))
    return np.asarray(jax.device_get(_solve(dynamics, segments, tolerance)), dtype=np.float64) * scale


@eqx.filter_jit
def _solve(dynamics: Dynamics, segments: Segments, tolerance: Tolerance) -> Trajectories:
    return solve_segments(dynamics, segments, tolerance)


def rollout_errors(rolled: np.ndarray, truth: np.ndarray, mask: np.ndarray | None = None) -> RolloutErrors:
    """Compare rolled-out with true states [orbit, sample, 6] in km and km/s; `mask` says which samples are real."""
    counts = np.ones(truth.shape[:2], dtype=bool) if mask is None else np.array(mask)
    last = counts.shape[1] - 1 - np.argmax(counts[:, ::-1], axis=1)
    failed = np.any(~np.isfinite(rolled).all(axis=2) & counts, axis=1)
    # NaN is what a failed orbit has; overflow on the way there is no news.
    with np.errstate(over="ignore", invalid="ignore"):
        position = np.linalg.norm(rolled[..., :3] - truth[..., :3], axis=2)
        velocity = np.linalg.norm(rolled[..., 3:] - truth[..., 3:], axis=2)
        percent = 100.0 * position / np.linalg.norm(truth[..., :3], axis=2)
        energy = 0.5 * np.sum(rolled[..., 3:] ** 2, axis=2) - MU_KM3_S2 / np.linalg.norm(rolled[..., :3], axis=2)
        drift = np.where(counts, 100.0 * np.abs(energy - energy[:, :1]) / np.abs(energy[:, :1]), 0.0)
        later = counts.copy()
        later[:, 0] = False
        values = {
            "position_error_km": _mean(position, later),
            "position_error_pct": _mean(percent, later),
            "velocity_error_km_s": _mean(velocity, later),
            "energy_drift_pct": drift.max(axis=1),
            "end_position_error_km": np.take_along_axis(position, last[:, None], axis=1)[:, 0],
        }
    failed |= np.any([~np.isfinite(v) for v in values.values()], axis=0)
    return RolloutErrors({name: np.where(failed, np.nan, v) for name, v in values.items()}, failed, position)


def _mean(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.sum(np.where(counts, values, 0.0), axis=1) / np.sum(counts, axis=1)
