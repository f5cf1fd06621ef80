"""Training the runs of one program together, block by block."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from orbitsens.augment import Segments
from orbitsens.config import RunConfig
from orbitsens.datasets import training_dataset
from orbitsens.model import NeuralODE
from orbitsens.schedule import Block, new_shape, stage_blocks
from orbitsens.segments import HostSegments, TrainingData, cut_segments, in_units, split_orbits
from orbitsens.train import Carry, Rows, RunKeys, StageData, advance, build, init, run_keys, run_numbers, start_stage
from orbitsens.transforms import Scaling


class BlockReport(NamedTuple):
    """What a program reports after a block: the block, and per run the rows, leading axis run."""

    block: Block
    rows: Rows


class Trained(NamedTuple):
    """The outcome of one run: the kept model, its loss and step, and its share of the program's wall time."""

    model: NeuralODE
    best_loss: float
    best_step: int
    seconds: float


def training_data(run: RunConfig) -> TrainingData:
    """The orbits of a run, split."""
    return split_orbits(training_dataset(run.data), run.parameters)


def stage_data(run: RunConfig, data: TrainingData) -> list[StageData]:
    """The arrays of each stage of a run, float32."""
    training = in_units(data.training, data.units)
    validation = None if data.validation is None else in_units(data.validation, data.units)
    orbits, mu, scaling = _on_device(training), jnp.float32(data.units.mu), _scaling(data)
    return [
        StageData(
            _on_device(cut_segments(training, stage)),
            None if validation is None else _on_device(cut_segments(validation, stage)),
            orbits,
            mu,
            scaling,
        )
        for stage in run.parameters.stages
    ]


def _scaling(data: TrainingData) -> Scaling | None:
    return None if data.scaling is None else Scaling(*(jnp.float32(x) for x in data.scaling))


def _on_device(pieces: HostSegments) -> Segments:
    return Segments(jnp.float32(pieces.t), jnp.float32(pieces.y), jnp.asarray(pieces.mask))


def train_program(
    runs: Sequence[RunConfig], on_block: Callable[[BlockReport], None], *, stop: Callable[[], bool] = lambda: False
) -> list[Trained] | None:
    """Train runs that share a program (see `orbitsens.programs`), all at once.

    `on_block` is called with each block's report while the next block is already being computed. Returns None when
    `stop()` became true before the end.
    """
    began = time.perf_counter()
    parameters = runs[0].parameters
    keys = jax.tree.map(lambda *x: jnp.stack(x), *(_keys(run) for run in runs))
    last = jax.jit(jax.vmap(partial(init, parameters)))(keys)
    pending: BlockReport | None = None
    stopped = False
    for carry, report in _blocks(runs, keys, last):
        last = carry
        if pending is not None:
            on_block(jax.device_get(pending))
        pending = report
        stopped = stop()
        if stopped:
            break
    if pending is not None:
        on_block(jax.device_get(pending))
    if stopped:
        return None
    last = jax.device_get(last)
    share = (time.perf_counter() - began) / len(runs)
    return [_trained(run, last, i, share) for i, run in enumerate(runs)]


def _keys(run: RunConfig) -> RunKeys:
    p = run.parameters
    return run_keys(p.seed, p.init_seed, p.batch_seed)


def _trained(run: RunConfig, carry: Carry, i: int, seconds: float) -> Trained:
    weights = jax.tree.map(lambda x: jnp.asarray(x[i]), carry.best_weights)
    model = build(run.parameters, weights, _scaling(training_data(run)))
    return Trained(model, float(carry.best_loss[i]), int(carry.best_step[i]), seconds)


def _blocks(runs: Sequence[RunConfig], keys: Any, carry: Carry) -> Iterator[tuple[Carry, BlockReport]]:
    """Dispatch the blocks of all stages in order."""
    parameters = runs[0].parameters
    data, data_axis = _stack([stage_data(run, training_data(run)) for run in runs])
    restart = jax.jit(jax.vmap(partial(start_stage, parameters), in_axes=(0, None)))
    go = jax.jit(
        lambda max_steps, carry, *rest: jax.vmap(
            partial(advance, parameters, max_steps), in_axes=(0, 0, data_axis, 0, None)
        )(carry, *rest),
        static_argnums=0,
        donate_argnums=1,
    )
    for i in range(len(parameters.stages)):
        each = [run_numbers(run.parameters, run.parameters.stages[i]) for run in runs]
        numbers = jax.tree.map(lambda *x: jnp.stack(x), *each)
        blocks = stage_blocks(parameters, i, data[i].training.t.shape[0 if data_axis is None else 1])
        carry = restart(carry, new_shape(parameters, i))
        for block in blocks:
            carry, rows = go(blocks[0].n_steps, carry, keys, data[i], numbers, block)
            yield carry, BlockReport(block, rows)


def _stack(each: Sequence[list[StageData]]) -> tuple[list[StageData], int | None]:
    """Data of all runs for the device: shared where all runs have the same, else stacked along axis 0."""
    first = each[0]
    if all(_equal(first, other) for other in each[1:]):
        return first, None
    return jax.tree.map(lambda *x: jnp.stack(x), *each), 0


def _equal(a: list[StageData], b: list[StageData]) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True))
