"""Solver, metrics, grids and rollouts against their numbers of record (training: test_train.py)."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.config import Parameters
from orbitsens.config.stage import Stage
from orbitsens.datasets import make_dataset
from orbitsens.evaluate import evaluate_pointwise, evaluate_rollout
from orbitsens.grid import residual_grid
from orbitsens.grid_settings import GridSettings
from orbitsens.model import NeuralODE, make_model
from orbitsens.normalization import CANONICAL
from orbitsens.prepare import _segments
from orbitsens.segments import cut_segments, in_units
from orbitsens.solve import ENGINES
from orbitsens.tsit5 import Tolerance
from tests.core import record

DATASET = "complex_TBP_planar_3_test"


@pytest.fixture(scope="module")
def fixed() -> NeuralODE:
    """A model whose weights are written down: no random number enters."""
    model = make_model(Parameters(width=8, depth=2), key=jax.random.key(0))
    count = iter(range(100))

    def written(x: jax.Array) -> jax.Array:
        return jnp.asarray(np.sin(1.0 + next(count) + 2.4 * np.arange(x.size)).reshape(x.shape) / 2.0, jnp.float32)

    return jax.tree.map(lambda x: written(x) if eqx.is_array(x) else x, model)


@pytest.fixture(scope="module")
def attractive() -> NeuralODE:
    """An attraction by 0.9 / r, a hundredth of it sideways: orbits stay bound, and no metric is a rounding error."""
    model = make_model(Parameters(depth=0, output_layer="mlp_4D"), key=jax.random.key(0))
    weight = np.zeros((4, 7), dtype=np.float32)
    weight[0, 0] = 0.9
    weight[[1, 2, 3], [1, 2, 3]] = -1.0
    weight[1, 2], weight[2, 1] = 0.01, -0.01
    (layer,) = model.func.mlp.layers
    return eqx.tree_at(
        lambda m: (m.func.mlp.layers[0].weight, m.func.mlp.layers[0].bias),
        model,
        (jnp.asarray(weight), jnp.zeros_like(layer.bias)),
    )


def test_pointwise_metrics_are_those_on_record(fixed: NeuralODE) -> None:
    (evaluation,) = evaluate_pointwise([fixed], make_dataset(DATASET), CANONICAL)
    record.check("pointwise", [m.per_orbit for m in evaluation.metrics.values()], 1e-4)


def test_rollout_metrics_are_those_on_record(attractive: NeuralODE) -> None:
    evaluation = evaluate_rollout(attractive, make_dataset(DATASET), CANONICAL)
    assert evaluation.n_failed == 0
    record.check("rollout", [m.per_orbit for m in evaluation.metrics.values()], 1e-3)


def test_a_residual_grid_is_that_on_record(attractive: NeuralODE) -> None:
    grid = residual_grid(attractive, GridSettings(n_a=3, n_e=3, anomalies=12, revolutions=1), CANONICAL, lambda _: None)
    fields = {name: values[grid.settings.feasible] for name, values in sorted(grid.fields.items())}
    assert grid.failed is not None and not grid.failed[grid.settings.feasible].any()
    record.check("grid", list(fields.values()), 1e-3)


def test_states_along_segments_are_those_on_record(attractive: NeuralODE) -> None:
    stage = Stage(learning_rate=1.0, steps=1, segment_length=60, window=(0.0, 1.0))
    segments = _segments(cut_segments(in_units(make_dataset(DATASET), CANONICAL), stage))
    solved = jax.jit(lambda s: ENGINES["segment"](attractive.func, s, Tolerance(jnp.float32(1e-6), jnp.float32(1e-8))))
    record.check("segments", np.asarray(solved(segments))[:, ::20], 1e-3)
