"""Measuring trained models on whole datasets."""

from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from orbitsens.datasets import Dataset
from orbitsens.metrics import SampleValues, pointwise
from orbitsens.model import LearntDynamics, NeuralODE
from orbitsens.normalization import Units
from orbitsens.orbits import Revolution
from orbitsens.rollout import roll_out, rollout_errors
from orbitsens.segments import in_units
from orbitsens.tsit5 import Tolerance


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
    mu = jnp.float32(units.mu)
    y, mask = jnp.asarray(np.moveaxis(orbits.y, -1, 0), dtype=jnp.float32), jnp.asarray(orbits.mask)
    parts = [eqx.partition(model.func, eqx.is_inexact_array) for model in models]
    stacked = jax.tree.map(lambda *x: jnp.stack(x), *(weights for weights, _ in parts))
    structure = parts[0][1]

    def measure_one(weights: LearntDynamics) -> dict[str, SampleValues]:
        return pointwise(eqx.combine(weights, structure), y, mask, mu)[0]

    measured = jax.device_get(jax.jit(jax.vmap(measure_one))(stacked))
    return [_evaluation(jax.tree.map(lambda x, i=i: x[i], measured)) for i in range(len(models))]


def evaluate_rollout(model: NeuralODE, dataset: Dataset, units: Units) -> Evaluation:
    """Integrate a model from every orbit's first state over the orbit's samples, within the model's tolerances.

    `mean` is over the orbits that did not fail (NaN where all did); a failed orbit is NaN in `per_orbit`.
    """
    tolerance = Tolerance(jnp.float32(model.rtol), jnp.float32(model.atol))
    rolled = roll_out(model.func, Revolution(dataset.t, dataset.y), units, tolerance)
    errors = rollout_errors(rolled, dataset.y, dataset.mask)
    fine = ~errors.failed
    metrics = {
        name: Measured(float(np.mean(values[fine])) if fine.any() else np.nan, values)
        for name, values in errors.per_orbit.items()
    }
    return Evaluation(n_orbits=fine.size, n_failed=int(np.sum(~fine)), metrics=metrics)


def _evaluation(sampled: dict[str, SampleValues]) -> Evaluation:
    metrics = {}
    for name, (values, counts) in sampled.items():
        sums = np.sum(np.where(counts, np.float64(values), 0.0), axis=1)
        n = np.sum(counts, axis=1)
        metrics[name] = Measured(float(np.sum(sums) / np.sum(n)), sums / n)
    finite = np.all([np.isfinite(m.per_orbit) for m in metrics.values()], axis=0)
    return Evaluation(n_orbits=finite.size, n_failed=int(np.sum(~finite)), metrics=metrics)
