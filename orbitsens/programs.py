"""Which runs of a sweep share one compiled program, and how long a sweep will take. Knows no JAX."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from orbitsens.config import SEED_KEYS, RunConfig, data_shape, n_training_segments
from orbitsens.schedule import block_length

# Runs that train together at most: beyond, a program's arrays no longer fit the processor's cache.
MAX_RUNS_TOGETHER = 32

# Keys that may differ within a program: they enter it as numbers or as data of equal shape.
_NUMBER_KEYS = frozenset(
    {
        *SEED_KEYS,
        "lr_strategy",
        "epochs_strategy",  # the steps that it comes to count
        "rtol",
        "atol",
        "momentum",
        "lr_final_ratio",
        "average_decay",
        "average_share",
        "noise_scale",
    }
)
# Of these, only whether they are in force shapes a program.
_ON_OR_OFF_KEYS = ("weight_decay", "gradient_clip")

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
    p, data = run.parameters, run.data
    values = p.model_dump(exclude={*_NUMBER_KEYS, *_ON_OR_OFF_KEYS})
    named = tuple(sorted((key, repr(value)) for key, value in values.items()))
    on = tuple(getattr(p, key) if getattr(p, key) in (None, 0.0) else "on" for key in _ON_OR_OFF_KEYS)
    dataset = (data.dataset_name, data.dataset_file, data.dataset_sha256)
    # Orbits of a file may differ in length: then another split makes another number of segments.
    split = (p.seed, p.split_seed) if data.dataset_file is not None and p.train_val_split < 1 else None
    return named, on, len(p.stages), dataset, split


def _seconds(run: RunConfig) -> float:
    """Estimated training time of one run within a program, from its floating-point operations."""
    p = run.parameters
    lengths = data_shape(run.data).lengths
    # Multiplications and additions of the hidden layers dominate; forward, and twice as much backward.
    per_state = 2.0 * p.width * (p.width * max(p.depth - 1, 0) + 11)
    total = 0.0
    for stage in p.stages:
        n_segments = n_training_segments(p, stage, lengths)
        intervals = stage.n_samples - 1
        step = 3.0 * min(p.batch_size, n_segments) * intervals
        evaluation = n_segments * intervals / block_length(p, n_segments)
        total += stage.steps * STAGES_OF_TSIT5 * (step + evaluation) * per_state
    return total / (GFLOPS * 1e9)
