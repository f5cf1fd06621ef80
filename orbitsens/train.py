"""Training one model: pure functions of a key and the data, to be vmapped over runs.

`make_train(parameters, stages)` returns `train(keys)`. It is made of `init`, `start_stage` and `advance`, which
`orbitsens.ensemble` calls one block of steps at a time, so that a sweep can show progress and be stopped.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int, PyTree

from orbitsens.augment import Segments, make_augment
from orbitsens.averaging import REGISTRY as AVERAGES
from orbitsens.config import Parameters
from orbitsens.losses import REGISTRY as LOSSES, LossInputs, LossValue
from orbitsens.metrics import mean_over_samples, pointwise
from orbitsens.model import LearntDynamics, NeuralODE, make_dynamics, with_scaling
from orbitsens.optimizers import OptimizerNumbers, make_optimizer
from orbitsens.run_numbers import (
    Numbers as Numbers,
    RunKeys as RunKeys,
    run_keys as run_keys,
    run_numbers as run_numbers,
    scheduled,
)
from orbitsens.schedule import Block, new_shape, stage_blocks
from orbitsens.shuffle import batch_indices
from orbitsens.solve import ENGINES
from orbitsens.transforms import Scaling


class StageData(NamedTuple):
    """What one stage trains on; `validation` is None where all orbits train. `mu` is that of the model's units.

    `scaling` of the features was fitted on the training orbits; None leaves features as they are.
    """

    training: Segments
    validation: Segments | None
    orbits: Segments
    mu: Float[Array, ""]
    scaling: Scaling | None


class Carry(NamedTuple):
    """The state of a run between blocks of steps.

    `average` is None where weights are not averaged; `gave_up` counts the segments, over all steps and evaluations so
    far, that the solver did not bring to their end.
    """

    weights: PyTree
    average: PyTree | None
    optimizer: PyTree
    best_weights: PyTree
    best_loss: Float[Array, ""]
    best_step: Int[Array, ""]
    gave_up: Int[Array, ""]


class Rows(NamedTuple):
    """What a block reports: per step the loss of the batch, and once, at its end, the evaluation."""

    batch: LossValue
    training: LossValue
    validation: LossValue | None
    metrics: dict[str, Float[Array, ""]]
    gave_up: Int[Array, ""]


def init(parameters: Parameters, keys: RunKeys) -> Carry:
    """A freshly initialised run."""
    weights = eqx.filter(make_dynamics(parameters, key=keys.init), eqx.is_inexact_array)
    average = None if parameters.parameter_average == "none" else weights
    optimizer = _fresh_optimizer(parameters, weights)
    return Carry(weights, average, optimizer, weights, jnp.float32(jnp.inf), jnp.int32(0), jnp.int32(0))


def start_stage(parameters: Parameters, new_shape: Bool[Array, ""] | bool, carry: Carry) -> Carry:
    """Re-initialise the optimiser; where the segments' shape is new, so is the search for the best model.

    (Losses of segments of different shapes cannot be compared.)
    """
    best_loss = jnp.where(new_shape, jnp.inf, carry.best_loss)
    return carry._replace(optimizer=_fresh_optimizer(parameters, carry.weights), best_loss=best_loss)


def advance(
    parameters: Parameters,
    max_steps: int,
    keys: RunKeys,
    data: StageData,
    numbers: Numbers,
    carry: Carry,
    block: Block,
) -> tuple[Carry, Rows]:
    """Make the steps of `block`, at most `max_steps`, then evaluate and keep the model if it is the best so far.

    The rows of the batch losses have `max_steps` entries, NaN beyond the steps made.
    """
    augment = make_augment(parameters)
    order_key, augment_key = jax.random.split(jax.random.fold_in(keys.batch, block.stage))
    n_segments = data.training.t.shape[0]
    order = batch_indices(order_key, block.first_step, max_steps, n_segments, parameters.batch_size)

    def step(i: Array, state: tuple[Carry, LossValue]) -> tuple[Carry, LossValue]:
        carry, rows = state
        batch = Segments(*(x[order[i]] for x in data.training))
        batch = augment(jax.random.fold_in(augment_key, block.first_step + i), batch, numbers.noise_scale)
        carry, value = _step(parameters, carry, batch, data, numbers, block.first_step + i)
        return carry, jax.tree.map(lambda rows, x: rows.at[i].set(x), rows, value)

    empty = LossValue(*(jnp.full(max_steps, jnp.nan, dtype=jnp.float32) for _ in LossValue._fields))
    carry, batch_rows = jax.lax.fori_loop(0, block.n_steps, step, (carry, empty))
    measured = carry.weights if carry.average is None else carry.average
    rows = _evaluate(parameters, measured, data, numbers, batch_rows, carry.gave_up)
    judged = (rows.validation or rows.training).total
    better = judged < carry.best_loss
    keep_if_better = partial(jax.tree.map, partial(jnp.where, better))
    return carry._replace(
        best_weights=keep_if_better(measured, carry.best_weights),
        best_loss=keep_if_better(judged, carry.best_loss),
        best_step=keep_if_better(block.global_step + block.n_steps, carry.best_step),
        gave_up=rows.gave_up,
    ), rows


def build(parameters: Parameters, weights: PyTree, scaling: Scaling | None) -> NeuralODE:
    """The model with these weights and this scaling of its features."""
    return NeuralODE(_dynamics(parameters, weights, scaling), parameters.rtol, parameters.atol)


def make_train(
    parameters: Parameters, stages: Sequence[StageData]
) -> Callable[[RunKeys], tuple[Carry, tuple[Rows, ...]]]:
    """Make `train(keys)`, a pure function: the final carry, and the rows of each stage stacked over its blocks."""

    def train(keys: RunKeys) -> tuple[Carry, tuple[Rows, ...]]:
        carry = init(parameters, keys)
        reports = []
        for i, (stage, data) in enumerate(zip(parameters.stages, stages, strict=True)):
            blocks = stage_blocks(parameters, i, data.training.t.shape[0])
            stacked = jax.tree.map(lambda *numbers: jnp.array(numbers), *blocks)
            numbers = run_numbers(parameters, stage)
            carry = start_stage(parameters, new_shape(parameters, i), carry)
            go = partial(advance, parameters, blocks[0].n_steps, keys, data, numbers)
            carry, rows = jax.lax.scan(go, carry, stacked)
            reports.append(rows)
        return carry, tuple(reports)

    return train


def _fresh_optimizer(parameters: Parameters, weights: PyTree) -> PyTree:
    return make_optimizer(parameters, OptimizerNumbers(*[jnp.float32(0.0)] * 4)).init(weights)


def _structure(parameters: Parameters) -> Any:
    """Everything of the model but its weights; nothing is computed."""
    skeleton = eqx.filter_eval_shape(make_dynamics, parameters, key=jax.random.key(0))
    return eqx.filter(skeleton, lambda leaf: not isinstance(leaf, jax.ShapeDtypeStruct))


def _dynamics(parameters: Parameters, weights: PyTree, scaling: Scaling | None) -> LearntDynamics:
    return with_scaling(eqx.combine(weights, _structure(parameters)), scaling)


def _loss(
    parameters: Parameters, weights: PyTree, batch: Segments, data: StageData, numbers: Numbers
) -> tuple[Float[Array, ""], tuple[LossValue, Int[Array, ""]]]:
    """The loss; beside it, its parts and the number of segments that the solver did not bring to their end."""
    dynamics = _dynamics(parameters, weights, data.scaling)
    predicted = ENGINES[parameters.solver_engine](dynamics, batch, numbers.tolerance)
    # The first sample is given, not predicted.
    mask = batch.mask.at[:, 0].set(False)
    given = LossInputs(predicted, batch.y, mask, dynamics, weights, data.mu, parameters)
    value = LOSSES[parameters.loss_fcn].apply(given)
    # Weights that are no numbers any more are not the solver's fault; they show in the last bias.
    alive = jnp.all(jnp.isfinite(weights.mlp.layers[-1].bias))
    gave_up = jnp.sum(~jnp.all(jnp.isfinite(predicted), axis=(1, 2)) & alive, dtype=jnp.int32)
    return value.total, (value, gave_up)


def _step(
    parameters: Parameters, carry: Carry, batch: Segments, data: StageData, numbers: Numbers, step: Int[Array, ""]
) -> tuple[Carry, LossValue]:
    """One optimiser step; `step` counts within the stage, from 0."""
    loss = jax.grad(partial(_loss, parameters), has_aux=True)
    gradient, (value, gave_up) = loss(carry.weights, batch, data, numbers)
    optimizer = make_optimizer(parameters, scheduled(parameters, numbers, step))
    updates, optimizer_state = optimizer.update(gradient, carry.optimizer, carry.weights)
    weights = optax.apply_updates(carry.weights, updates)
    return carry._replace(
        weights=weights,
        average=_averaged(parameters, carry.average, weights, numbers, step),
        optimizer=optimizer_state,
        gave_up=carry.gave_up + gave_up,
    ), value


def _averaged(
    parameters: Parameters, average: PyTree | None, weights: PyTree, numbers: Numbers, step: Int[Array, ""]
) -> PyTree | None:
    if average is None:
        return None
    share = AVERAGES[parameters.parameter_average](jnp.float32(step), numbers.n_steps, numbers.average)
    return jax.tree.map(lambda old, new: old + share * (new - old), average, weights)


def _evaluate(
    parameters: Parameters,
    weights: PyTree,
    data: StageData,
    numbers: Numbers,
    batch_rows: LossValue,
    gave_up: Int[Array, ""],
) -> Rows:
    _, (training, more) = _loss(parameters, weights, data.training, data, numbers)
    gave_up, validation = gave_up + more, None
    if data.validation is not None:
        _, (validation, more) = _loss(parameters, weights, data.validation, data, numbers)
        gave_up += more
    dynamics = _dynamics(parameters, weights, data.scaling)
    measured, _ = pointwise(dynamics, jnp.moveaxis(data.orbits.y, -1, 0), data.orbits.mask, data.mu)
    metrics = {k: mean_over_samples(v) for k, v in measured.items()}
    return Rows(batch_rows, training, validation, metrics, gave_up)
