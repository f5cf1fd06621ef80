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
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from orbitsens.augment import REGISTRY as AUGMENTATIONS, Segments
from orbitsens.config import Parameters, Stage
from orbitsens.losses import REGISTRY as LOSSES, LossInputs, LossValue
from orbitsens.metrics import mean_over_samples, pointwise
from orbitsens.model import NeuralODE, make_model
from orbitsens.optimizers import REGISTRY as OPTIMIZERS
from orbitsens.schedule import Block, new_shape, stage_blocks
from orbitsens.shuffle import batch_indices
from orbitsens.solve import ENGINES
from orbitsens.tsit5 import Tolerance


class RunKeys(NamedTuple):
    """The sources of randomness of a run."""

    init: PRNGKeyArray
    batch: PRNGKeyArray


class Numbers(NamedTuple):
    """What may differ between runs that share one compiled program."""

    learning_rate: Float[Array, ""]
    rtol: Float[Array, ""]
    atol: Float[Array, ""]


class StageData(NamedTuple):
    """What one stage trains on; `validation` is None where all orbits train. `mu` is that of the model's units."""

    training: Segments
    validation: Segments | None
    orbits: Segments
    mu: Float[Array, ""]


class Carry(NamedTuple):
    """The state of a run between blocks of steps."""

    weights: PyTree
    optimizer: PyTree
    best_weights: PyTree
    best_loss: Float[Array, ""]
    best_step: Int[Array, ""]


class Rows(NamedTuple):
    """What a block reports: per step the loss of the batch, and once, at its end, the evaluation."""

    batch: LossValue
    training: LossValue
    validation: LossValue | None
    metrics: dict[str, Float[Array, ""]]


def run_numbers(parameters: Parameters, stage: Stage) -> Numbers:
    """The numbers of a run in one of its stages."""
    return Numbers(*(jnp.float32(x) for x in (stage.learning_rate, parameters.rtol, parameters.atol)))


def run_keys(seed: int) -> RunKeys:
    """The keys of a run's `seed`."""
    init, batch = jax.random.split(jax.random.key(seed))
    return RunKeys(init, batch)


def init(parameters: Parameters, keys: RunKeys) -> Carry:
    """A freshly initialised run."""
    weights = eqx.filter(make_model(parameters, key=keys.init).func, eqx.is_inexact_array)
    best_loss, best_step = jnp.float32(jnp.inf), jnp.int32(0)
    return Carry(weights, _optimizer(parameters, jnp.float32(0.0)).init(weights), weights, best_loss, best_step)


def start_stage(parameters: Parameters, carry: Carry, new_shape: Bool[Array, ""] | bool) -> Carry:
    """Re-initialise the optimiser; where the segments' shape is new, so is the search for the best model.

    (Losses of segments of different shapes cannot be compared.)
    """
    best_loss = jnp.where(new_shape, jnp.inf, carry.best_loss)
    optimizer = _optimizer(parameters, jnp.float32(0.0)).init(carry.weights)
    return carry._replace(optimizer=optimizer, best_loss=best_loss)


def advance(
    parameters: Parameters,
    max_steps: int,
    carry: Carry,
    keys: RunKeys,
    data: StageData,
    numbers: Numbers,
    block: Block,
) -> tuple[Carry, Rows]:
    """Make the steps of `block`, at most `max_steps`, then evaluate and keep the model if it is the best so far.

    The rows of the batch losses have `max_steps` entries, NaN beyond the steps made.
    """
    augment = AUGMENTATIONS[parameters.augmentation].apply
    order_key, augment_key = jax.random.split(jax.random.fold_in(keys.batch, block.stage))
    n_segments = data.training.t.shape[0]
    order = batch_indices(order_key, block.first_step, max_steps, n_segments, parameters.batch_size)

    def step(i: Array, state: tuple[Carry, LossValue]) -> tuple[Carry, LossValue]:
        carry, rows = state
        batch = Segments(*(x[order[i]] for x in data.training))
        batch = augment(jax.random.fold_in(augment_key, block.first_step + i), batch)
        carry, value = _step(parameters, carry, batch, data.mu, numbers)
        return carry, jax.tree.map(lambda rows, x: rows.at[i].set(x), rows, value)

    empty = LossValue(*(jnp.full(max_steps, jnp.nan, dtype=jnp.float32) for _ in LossValue._fields))
    carry, batch_rows = jax.lax.fori_loop(0, block.n_steps, step, (carry, empty))
    rows = _evaluate(parameters, carry.weights, data, numbers, batch_rows)
    judged = (rows.validation or rows.training).total
    better = judged < carry.best_loss
    keep_if_better = partial(jax.tree.map, partial(jnp.where, better))
    return carry._replace(
        best_weights=keep_if_better(carry.weights, carry.best_weights),
        best_loss=keep_if_better(judged, carry.best_loss),
        best_step=keep_if_better(block.global_step + block.n_steps, carry.best_step),
    ), rows


def build(parameters: Parameters, weights: PyTree) -> NeuralODE:
    """The model with these weights."""
    return NeuralODE(eqx.combine(weights, _structure(parameters)), parameters.rtol, parameters.atol)


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
            carry = start_stage(parameters, carry, new_shape(parameters, i))
            go = partial(_advance_in_scan, parameters, blocks[0].n_steps, keys, data, numbers)
            carry, rows = jax.lax.scan(go, carry, stacked)
            reports.append(rows)
        return carry, tuple(reports)

    return train


def _advance_in_scan(
    parameters: Parameters,
    max_steps: int,
    keys: RunKeys,
    data: StageData,
    numbers: Numbers,
    carry: Carry,
    block: Block,
) -> tuple[Carry, Rows]:
    return advance(parameters, max_steps, carry, keys, data, numbers, block)


def _optimizer(parameters: Parameters, learning_rate: Float[Array, ""]) -> optax.GradientTransformation:
    return OPTIMIZERS[parameters.optimizer].build(learning_rate)


def _structure(parameters: Parameters) -> Any:
    """Everything of the model but its weights; nothing is computed."""
    skeleton = eqx.filter_eval_shape(make_model, parameters, key=jax.random.key(0))
    return eqx.filter(skeleton.func, lambda leaf: not isinstance(leaf, jax.ShapeDtypeStruct))


def _loss(
    parameters: Parameters, weights: PyTree, batch: Segments, mu: Float[Array, ""], numbers: Numbers
) -> tuple[Float[Array, ""], LossValue]:
    dynamics = eqx.combine(weights, _structure(parameters))
    predicted = ENGINES[parameters.solver_engine](dynamics, batch, Tolerance(numbers.rtol, numbers.atol))
    # The first sample is given, not predicted.
    mask = batch.mask.at[:, 0].set(False)
    given = LossInputs(predicted, batch.y, mask, dynamics, weights, mu, parameters)
    value = LOSSES[parameters.loss_fcn].apply(given)
    return value.total, value


def _step(
    parameters: Parameters, carry: Carry, batch: Segments, mu: Float[Array, ""], numbers: Numbers
) -> tuple[Carry, LossValue]:
    gradient, value = jax.grad(partial(_loss, parameters), has_aux=True)(carry.weights, batch, mu, numbers)
    optimizer = _optimizer(parameters, numbers.learning_rate)
    updates, optimizer_state = optimizer.update(gradient, carry.optimizer, carry.weights)
    return carry._replace(weights=optax.apply_updates(carry.weights, updates), optimizer=optimizer_state), value


def _evaluate(
    parameters: Parameters, weights: PyTree, data: StageData, numbers: Numbers, batch_rows: LossValue
) -> Rows:
    _, training = _loss(parameters, weights, data.training, data.mu, numbers)
    validation = None if data.validation is None else _loss(parameters, weights, data.validation, data.mu, numbers)[1]
    dynamics = eqx.combine(weights, _structure(parameters))
    measured = pointwise(dynamics, data.orbits.y, data.orbits.mask, data.mu)
    return Rows(batch_rows, training, validation, {k: mean_over_samples(v) for k, v in measured.items()})
