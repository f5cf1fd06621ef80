"""All that a program needs before its first step: the data of its runs on their devices, and compiled code."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from orbitsens.augment import Segments
from orbitsens.config import RunConfig
from orbitsens.datasets import training_dataset
from orbitsens.placement import over_runs, place_runs, put_everywhere, put_runs
from orbitsens.run_numbers import RunKeys, run_keys, run_numbers
from orbitsens.schedule import Block, new_shape, stage_blocks
from orbitsens.segments import HostSegments, TrainingData, cut_segments, in_units, split_orbits
from orbitsens.traced import shape_parameters
from orbitsens.train import Carry, Rows, StageData, advance, init, start_stage
from orbitsens.transforms import Scaling


class PreparedStage(NamedTuple):
    """One stage of all runs: its blocks, and what begins it and makes a block of steps."""

    blocks: list[Block]
    restart: Callable[[Carry], Carry]
    advance: Callable[[Carry, Block], tuple[Carry, Rows]]


class Prepared(NamedTuple):
    """Runs ready to train together. `carry` is their initial state, padded as the placement has it."""

    runs: tuple[RunConfig, ...]
    data: tuple[TrainingData, ...]
    carry: Carry
    stages: list[PreparedStage]


def training_data(run: RunConfig) -> TrainingData:
    """The orbits of a run, split."""
    return split_orbits(training_dataset(run.data), run.parameters)


def stage_data(run: RunConfig, data: TrainingData) -> list[StageData]:
    """The arrays of each stage of a run, float32."""
    training = in_units(data.training, data.units)
    validation = None if data.validation is None else in_units(data.validation, data.units)
    orbits, mu, scaling = _segments(training), jnp.float32(data.units.mu), scaling_on_device(data)
    return [
        StageData(
            _segments(cut_segments(training, stage)),
            None if validation is None else _segments(cut_segments(validation, stage)),
            orbits,
            mu,
            scaling,
        )
        for stage in run.parameters.stages
    ]


def scaling_on_device(data: TrainingData) -> Scaling | None:
    """The scaling of the features, float32."""
    return None if data.scaling is None else Scaling(*(jnp.float32(x) for x in data.scaling))


def prepare_program(runs: Sequence[RunConfig], devices: Sequence[jax.Device] | None = None) -> Prepared:
    """Make the data of runs that share a program (see `orbitsens.programs`), and compile it for the devices."""
    parameters = shape_parameters(runs[0].parameters)
    placement = place_runs(len(runs), parameters, devices)
    data = _data_of_each(runs)
    shared = all(each is data[0] for each in data)
    arrays = [stage_data(runs[i], data[i]) for i in range(1 if shared else len(runs))]
    keys: RunKeys = put_runs(_stacked([_keys(run) for run in runs]), placement)
    carry: Carry = jax.jit(over_runs(partial(init, parameters), (0,), placement))(keys)
    restart = jax.jit(over_runs(partial(start_stage, parameters), (None, 0), placement))
    programs: dict[Hashable, Callable[..., tuple[Carry, Rows]]] = {}
    stages = []
    for i in range(len(parameters.stages)):
        now = [each[i] for each in arrays]
        own = put_everywhere(now[0], placement) if shared else put_runs(_stacked(now), placement)
        numbers = put_runs(_stacked([run_numbers(run.parameters, run.parameters.stages[i]) for run in runs]), placement)
        blocks = stage_blocks(parameters, i, now[0].training.t.shape[0])
        shape = (blocks[0].n_steps, *(x.shape for x in jax.tree.leaves(own)))
        if shape not in programs:
            function = partial(advance, parameters, blocks[0].n_steps)
            whole = jax.jit(over_runs(function, (0, None if shared else 0, 0, 0, None), placement), donate_argnums=3)
            programs[shape] = whole.lower(keys, own, numbers, carry, blocks[0]).compile()
        go = partial(programs[shape], keys, own, numbers)
        stages.append(PreparedStage(blocks, partial(restart, new_shape(parameters, i)), go))
    return Prepared(tuple(runs), tuple(data), carry, stages)


def _data_of_each(runs: Sequence[RunConfig]) -> list[TrainingData]:
    """The data of every run, made once for the runs that have the same."""
    made: dict[Hashable, TrainingData] = {}
    found = []
    for run in runs:
        p = run.parameters
        seed = p.seed if p.split_seed is None else p.split_seed
        key = (run.data, None if p.train_val_split == 1 else seed)
        if key not in made:
            made[key] = training_data(run)
        found.append(made[key])
    return found


def _keys(run: RunConfig) -> RunKeys:
    p = run.parameters
    return run_keys(p.seed, p.init_seed, p.batch_seed)


def _stacked(each: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *x: jnp.stack(x), *each)


def _segments(pieces: HostSegments) -> Segments:
    return Segments(jnp.float32(pieces.t), jnp.float32(pieces.y), jnp.asarray(pieces.mask))
