"""Which runs of a sweep share one compiled program, and how long a sweep will take. Knows no JAX."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from orbitsens.config import Data, DataShape, RunConfig, Stage, data_shape, training_segments
from orbitsens.schedule import block_length
from orbitsens.traced import shape_key

# Runs that train together at most, so that a sweep shows results on its way, and what their weights may take.
# What is kept for the gradient is bounded apart from that: `orbitsens.placement` trains them cohort by cohort.
MAX_RUNS_TOGETHER = 256
STATE_BYTES = 2**30

# Measured on 2 cores (AMD EPYC, 4th generation or so): `python -m benchmarks.scaling`, and for a run's own time
# `python -m runner sweep` of sweep-seeds-v2.
COMPILE_SECONDS = 15.0  # half of the processor time that two cores spend on it, beside the training of others
RUN_SECONDS = 0.3  # measuring, logging and closing a run
INTERVAL_SECONDS = 2e-5  # of a run's step, for one interval between samples: the operations' number ...
STATE_SECONDS = 8e-7  # ... for each state in it: all but the products ...
REFINED_SAMPLES = 50  # ... and twice that in segments so long: the farther off a state, the more steps it asks for
GFLOPS = 190.0  # the products
STAGES_OF_TSIT5 = 6


ShapeOf = Callable[[Data], DataShape]


class Program(NamedTuple):
    """Runs that one compiled program trains together: places in the list of runs, in order."""

    places: tuple[int, ...]
    seconds: float


def plan_programs(runs: Sequence[RunConfig], max_together: int = MAX_RUNS_TOGETHER) -> list[Program]:
    """Group runs that differ only in numbers, and cut the groups into programs of about equal size.

    A program's runs are at most `max_together`, fewer where their state would not fit into memory.
    """
    shape_of = cache(data_shape)
    groups: dict[Any, list[int]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(_shape_of(run), []).append(place)
    programs = []
    for places in groups.values():
        most = min(max_together, max(1, STATE_BYTES // _state_bytes(runs[places[0]], shape_of)))
        for part in np.array_split(places, -(-len(places) // most)):
            together = tuple(int(p) for p in part)
            shapes = {(stage.segment_length, stage.window) for stage in runs[places[0]].parameters.stages}
            seconds = COMPILE_SECONDS * len(shapes) + sum(RUN_SECONDS + _seconds(runs[p], shape_of) for p in together)
            programs.append(Program(together, seconds))
    return programs


def _shape_of(run: RunConfig) -> Any:
    """What has to be equal for two runs to share a program."""
    p, data = run.parameters, run.data
    dataset = (data.dataset_name, data.dataset_file, data.dataset_sha256)
    # Orbits of a file may differ in length: then another split makes another number of segments.
    split = (p.seed, p.split_seed) if data.dataset_file is not None and p.train_val_split < 1 else None
    return shape_key(p), dataset, split


def _state_bytes(run: RunConfig, shape_of: ShapeOf) -> int:
    """Memory that a run holds on to: weights, the best ones, averages and the optimiser's state; data of its own."""
    p = run.parameters
    weights = p.width * (p.width * max(p.depth - 1, 0) + p.depth + 20)
    own_data = 0
    if p.train_val_split < 1 or run.data.dataset_file is not None:
        own_data = 8 * len(p.stages) * sum(shape_of(run.data).lengths)
    return 4 * (6 * weights + own_data)


def _seconds(run: RunConfig, shape_of: ShapeOf) -> float:
    """Estimated training time of one run within a program."""
    return sum(stage.steps * step_seconds(run, stage, shape_of) for stage in run.parameters.stages)


def step_seconds(run: RunConfig, stage: Stage, shape_of: ShapeOf = data_shape) -> float:
    """Estimated time of one step of a run that trains beside others, its share of the evaluations included."""
    p = run.parameters
    n_segments = training_segments(p, stage, shape_of(run.data))
    # Multiplications and additions of the layers; a gradient takes twice as long as the values.
    flops = STAGES_OF_TSIT5 * 2.0 * p.width * (p.width * max(p.depth - 1, 0) + 11)
    state = STATE_SECONDS / 3 * (1.0 + stage.n_samples / REFINED_SAMPLES) + flops / (GFLOPS * 1e9)
    step = INTERVAL_SECONDS + 3.0 * min(p.batch_size, n_segments) * state
    return (stage.n_samples - 1) * (step + n_segments * state / block_length(p, n_segments))
