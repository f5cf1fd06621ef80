"""Which runs of a sweep share one compiled program, and how long a sweep will take. Knows no JAX."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from orbitsens.config import SAMPLES_PER_ORBIT, RunConfig, parse_dataset_name, split_sizes
from orbitsens.schedule import block_length

# Runs that train together at most: beyond, a program's arrays no longer fit the processor's cache.
MAX_RUNS_TOGETHER = 32

# Keys that may differ within a program: they enter it as numbers or as data of equal shape.
_NUMBER_KEYS = frozenset({"seed", "lr_strategy", "rtol", "atol"})

# Measured on 2 cores (AMD EPYC) with the note's config and 20 seeds: `python -m runner sweep` of sweep-seeds-v2.
COMPILE_SECONDS = 20.0
GFLOPS = 45.0
STAGES_OF_TSIT5 = 6


class Program(NamedTuple):
    """Runs that one compiled program trains together: places in the list of runs, in order."""

    places: tuple[int, ...]
    seconds: float


def plan_programs(runs: Sequence[RunConfig], max_together: int = MAX_RUNS_TOGETHER) -> list[Program]:
    """Group runs that differ only in numbers, and cut the groups into programs of about equal size."""
    groups: dict[Any, list[int]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(_shape_of(run), []).append(place)
    programs = []
    for places in groups.values():
        for part in np.array_split(places, -(-len(places) // max_together)):
            together = tuple(int(p) for p in part)
            seconds = COMPILE_SECONDS + sum(_seconds(runs[p]) for p in together)
            programs.append(Program(together, seconds))
    return programs


def _shape_of(run: RunConfig) -> Any:
    """What has to be equal for two runs to share a program."""
    values = run.parameters.model_dump(exclude=set(_NUMBER_KEYS))
    named = tuple(sorted((key, repr(value)) for key, value in values.items()))
    return named, len(run.parameters.stages), run.data.dataset_name


def _seconds(run: RunConfig) -> float:
    """Estimated training time of one run within a program, from its floating-point operations."""
    p = run.parameters
    n = parse_dataset_name(run.data.dataset_name).n if p.num_trajs == -1 else p.num_trajs
    n_train, _ = split_sizes(n, p.train_val_split)
    # Multiplications and additions of the hidden layers dominate; forward, and twice as much backward.
    per_state = 2.0 * p.width * (p.width * max(p.depth - 1, 0) + 11)
    total = 0.0
    for stage in p.stages:
        n_segments = n_train * (SAMPLES_PER_ORBIT // stage.segment_length)
        intervals = stage.n_samples - 1
        step = 3.0 * min(p.batch_size, n_segments) * intervals
        evaluation = n_segments * intervals / block_length(p, n_segments)
        total += stage.steps * STAGES_OF_TSIT5 * (step + evaluation) * per_state
    return total / (GFLOPS * 1e9)
