"""The model size and the segment ratio study, made up: what the pages with maps and curves are tested on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np

from store.records import RunRecord, State
from tests.app.sample_runs import CREATED, sample_run

SIZES, RATIOS = "sweep-architecture-batch_size-v1", "sweep-segment-ratio"
DIVERGED, HALF, NEVER, CRASHED = (8, 2, 16), (8, 4, 16), (128, 4, 256), (128, 2, 256)  # width, depth, batch size


def with_summary(run: RunRecord, **changes: Any) -> RunRecord:
    """The run with other numbers in its summary."""
    return replace(run, summary={**run.summary, **changes})


def without(run: RunRecord, parameter: str) -> RunRecord:
    """The run as one that did not log a parameter."""
    logged = {name: value for name, value in run.config["parameters"].items() if name != parameter}
    return replace(run, config={**run.config, "parameters": logged})


def size_study_runs(group: str = SIZES, n_seeds: int = 5) -> list[RunRecord]:
    """Width by depth by batch size: narrow models are worse, large batches slightly; some cells lack runs."""
    rng = np.random.default_rng(5)
    records = []
    for width, depth, batch in product((8, 16, 32, 64, 128), (2, 3, 4), (16, 64, 256)):
        middle = 5.0 + 60.0 / width + (0.6 if batch == 256 else 0.0) - 0.1 * depth
        for seed in range(n_seeds):
            error: float | None = float(middle * np.exp(0.09 * rng.standard_normal()))
            cell, state = (width, depth, batch), "finished"
            if cell == DIVERGED or (cell == HALF and seed < 2):
                error = float("nan")
            if cell == CRASHED:
                error, state = None, "crashed"
            if cell == NEVER:
                continue
            parameters = {"width": width, "depth": depth, "batch_size": batch}
            run = _run(group, seed, error, state, parameters, days=1)
            weights = 4 * (width + 1) + (depth - 1) * width * (width + 1) + 8 * width
            seconds = 2.0 + 0.004 * weights**0.5 * batch**0.5 * float(np.exp(0.05 * rng.standard_normal()))
            records.append(with_summary(run, n_parameters=weights, train_seconds=seconds))
    return records


def ratio_study_runs(group: str = RATIOS, n_seeds: int = 4) -> list[RunRecord]:
    """Segment length by number of training orbits, in one and in two stages: long segments are worse and dearer."""
    rng = np.random.default_rng(6)
    records = []
    for length, orbits, window in product((4, 18, 36, 90, 180), (1, 10, 100), ([[0.0, 1.0]], [[0.0, 0.1], [0.0, 1.0]])):
        for seed in range(n_seeds):
            middle = 30.0 / orbits**0.35 * (length / 4) ** 0.2 * (0.9 if len(window) == 2 else 1.0)
            error: float | None = float(middle * np.exp(0.12 * rng.standard_normal()))
            if (length, orbits) == (180, 1) and seed < 3:
                error = float("nan")
            parameters = {"segment_length_strategy": [length], "length_strategy": window, "num_trajs": orbits}
            run = _run(group, seed, error, "finished", parameters, days=3)
            ratio, seconds = 100.0 * length / 360.0, 4.0 + 0.3 * length * float(np.exp(0.1 * rng.standard_normal()))
            records.append(with_summary(run, segment_ratio_final=ratio, num_train_orbits=orbits, train_seconds=seconds))
    return records


def _run(group: str, seed: int, error: float | None, state: str, parameters: Mapping[str, Any], days: int) -> RunRecord:
    states: Mapping[str, State] = {"finished": "finished", "crashed": "crashed"}
    when = CREATED - timedelta(days=days)
    return sample_run(group, seed, error, state=states[state], parameters=parameters, history=False, created=when)
