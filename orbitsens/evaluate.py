"""Measuring trained models on whole datasets."""

from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from orbitsens.constants import MU_KM3_S2
from orbitsens.datasets import Dataset
from orbitsens.metrics import pointwise
from orbitsens.model import LearntDynamics, NeuralODE
from orbitsens.normalization import Units
from orbitsens.segments import in_units


class Measured(NamedTuple):
    """One metric on one dataset: the mean over all samples, and the mean over each orbit's samples [orbit]."""

    mean: float
    per_orbit: np.ndarray


class Evaluation(NamedTuple):
    """The pointwise metrics of one model on one dataset; orbits with a non-finite value count as failed."""

    n_orbits: int
    n_failed: int
    metrics: dict[str, Measured]


def evaluate_pointwise(models: Sequence[NeuralODE], dataset: Dataset, units: Units) -> list[Evaluation]:
    """Measure models of the same architecture on every sample of a dataset; means are taken in float64."""
    orbits = in_units(dataset, units)
    mu = jnp.float32(MU_KM3_S2 * units.time_s**2 / units.length_km**3)
    y, mask = jnp.asarray(orbits.y, dtype=jnp.float32), jnp.asarray(orbits.mask)
    weights, structure = zip(*(eqx.partition(m.func, eqx.is_inexact_array) for m in models), strict=True)
    stacked = jax.tree.map(lambda *x: jnp.stack(x), *weights)

    @jax.jit
    def measure(weights: LearntDynamics) -> dict[str, tuple[jax.Array, jax.Array]]:
        of_one = jax.vmap(lambda w: pointwise(eqx.combine(w, structure[0]), y, mask, mu))
        return {name: (v.values, v.counts) for name, v in of_one(weights).items()}

    sampled = {k: (np.asarray(v, np.float64), np.asarray(c)) for k, (v, c) in measure(stacked).items()}
    return [_evaluation({k: (v[i], c[i]) for k, (v, c) in sampled.items()}) for i in range(len(models))]


def _evaluation(sampled: dict[str, tuple[np.ndarray, np.ndarray]]) -> Evaluation:
    metrics = {}
    for name, (values, counts) in sampled.items():
        sums, n = np.sum(np.where(counts, values, 0.0), axis=1), np.sum(counts, axis=1)
        metrics[name] = Measured(float(np.sum(sums) / np.sum(n)), sums / n)
    finite = np.all([np.isfinite(m.per_orbit) for m in metrics.values()], axis=0)
    return Evaluation(n_orbits=finite.size, n_failed=int(np.sum(~finite)), metrics=metrics)
