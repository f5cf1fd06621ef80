"""What training a run costs in floating-point operations: the same on every machine, whatever else it does."""

import json
from math import ceil, floor, nan
from typing import Any

import pandas as pd

COST = "train_gflop"
NEEDED = ("steps_strategy", "segment_length_strategy", "length_strategy", "batch_size", "num_total_segments")
STAGES = 6  # evaluations of the model in a step of Tsit5, whose seventh is the next step's first
PER_WEIGHT = 2 * 3  # a multiplication and an addition, forwards once and backwards about twice


def training_gflop(runs: pd.DataFrame) -> "pd.Series[float]":
    """Estimate the floating-point operations of each run's training, in GFLOP (10^9 operations).

    36 x weights x the sum over the stages of steps x segments of a batch x intervals between the samples of a
    segment. One step of Tsit5 an interval (6 evaluations); a weight is multiplied and added once forwards and about
    twice backwards (2 x 3). Not counted: sub-steps where the solver refines, activations, and the evaluations.

    `runs` has the columns `NEEDED` (the schedules as JSON) and n_parameters; NaN where a run lacks one of them.
    """
    names = [*NEEDED, "n_parameters"]
    rows = runs[names].astype(object)
    alike = rows.groupby(names, dropna=False, sort=False).ngroup()  # runs by the thousand share a few schedules
    first = rows[~alike.duplicated()].itertuples(index=False, name=None)
    return alike.map(dict(enumerate(_gflop(*row) for row in first))).astype(float)


def _gflop(steps: Any, lengths: Any, windows: Any, batch: Any, segments: Any, weights: Any) -> float:
    if any(pd.isna(value) for value in (steps, lengths, batch, weights)):
        return nan
    try:
        per_stage = [_stages(steps), _stages(lengths), [[0.0, 1.0]] if pd.isna(windows) else _stages(windows)]
        n = max(map(len, per_stage))
        stages = zip(*(each * n if len(each) == 1 else each for each in per_stage), strict=True)
        intervals = sum(
            n_steps * (ceil(size * end) - floor(size * start) - 1) for n_steps, size, (start, end) in stages
        )
    except (ValueError, TypeError):
        return nan  # schedules that another program logged in a way of its own
    together = float(batch) if pd.isna(segments) else min(float(batch), float(segments))
    return STAGES * PER_WEIGHT * float(weights) * together * float(intervals) / 1e9


def _stages(text: str) -> list[Any]:
    found = json.loads(text)
    return found if isinstance(found, list) else [found]
