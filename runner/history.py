"""A block of training as history rows under the team's key names, and a run's summary."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from orbitsens.config import RunConfig
from orbitsens.ensemble import BlockReport, Trained
from orbitsens.evaluate import Evaluation
from orbitsens.losses import LossValue
from orbitsens.model import n_parameters
from orbitsens.segments import TrainingData, segment_ratio
from orbitsens.version import NUMERICS, __version__
from runner.tracking import on_steps


class Measurement(NamedTuple):
    """An evaluation of a run's kept model: on which dataset and which part of it."""

    dataset: str
    split: str
    evaluation: Evaluation


def history_rows(
    config: RunConfig, report: BlockReport, run: int, log_every: int, ratios: Sequence[float]
) -> dict[str, np.ndarray]:
    """Rows of run number `run` of a block: every `log_every` steps, and the last step, which has the evaluation.

    `step` counts optimiser steps from 1 over all stages, `curriculum_phase` the stages from 0. `ratios` are the run's
    `segment_ratios`. `solver_gave_up` counts, from the start of the run on, the segments of batches and evaluations
    that the solver did not bring to their end.
    """
    block, rows = report
    stage = config.parameters.stages[block.stage]
    all_steps = block.global_step + 1 + np.arange(block.n_steps)
    logged = (all_steps % log_every == 0) | (all_steps == 1) | (all_steps == all_steps[-1])
    steps, last = all_steps[logged], all_steps[-1:]
    batch = LossValue(*(np.asarray(x)[run, : block.n_steps][logged] for x in rows.batch))
    columns = {
        "step": steps,
        "train_loss": batch.total,
        "percent_error": batch.mpe,
        "loss_component_mpe": batch.mpe,
        "loss_component_rmse": batch.rmse,
        "curriculum_phase": np.full(steps.shape, block.stage),
        "segment_length": np.full(steps.shape, stage.segment_length),
        "segment_ratio": np.full(steps.shape, ratios[block.stage]),
    }
    at_end = {"full_train_loss": rows.training.total, "solver_gave_up": rows.gave_up} | dict(rows.metrics)
    if rows.validation is not None:
        at_end |= {
            "val_loss": rows.validation.total,
            "val_percent_error": rows.validation.mpe,
            "val_loss_component_mpe": rows.validation.mpe,
            "val_loss_component_rmse": rows.validation.rmse,
        }
    return columns | {key: on_steps(steps, last, np.asarray(x)[run, None]) for key, x in at_end.items()}


def last_values(rows: Mapping[str, np.ndarray]) -> dict[str, object]:
    """The last row of a block as plain numbers: what W&B's summary shows."""
    return {key: np.ma.asarray(values)[-1].item() for key, values in rows.items() if key != "step"}


def segment_ratios(config: RunConfig, data: TrainingData) -> list[float]:
    """Per stage, 100 x segment length / samples per training orbit (their mean, where they differ), percent."""
    per_orbit = float(np.mean(data.training.mask.sum(axis=1)))
    return [segment_ratio(stage, per_orbit) for stage in config.parameters.stages]


def run_summary(
    config: RunConfig, trained: Trained, data: TrainingData, measurements: Sequence[Measurement]
) -> dict[str, object]:
    """What a finished run says of itself."""
    ratios = segment_ratios(config, data)
    n_train = len(data.training.t)
    n_val = 0 if data.validation is None else len(data.validation.t)
    last = config.parameters.stages[-1]
    return {
        "segment_ratio": ratios,
        "segment_ratio_final": ratios[-1],
        "num_total_orbits": n_train + n_val,
        "num_train_orbits": n_train,
        "num_total_segments": int(np.sum(data.training.mask.sum(axis=1) // last.segment_length)),
        "best_step": trained.best_step,
        "best_loss": trained.best_loss,
        "train_seconds": trained.seconds,
        "n_parameters": n_parameters(trained.model),
        "evaluations": [logged_evaluation(m) for m in measurements],
    }


def logged_evaluation(measurement: Measurement) -> dict[str, object]:
    """An evaluation as a run's summary keeps it."""
    evaluation = measurement.evaluation
    return {
        "dataset": measurement.dataset,
        "split": measurement.split,
        "n_orbits": evaluation.n_orbits,
        "n_failed": evaluation.n_failed,
        "code_version": __version__,
        "numerics": NUMERICS,
        "metrics": {
            name: {"mean": m.mean, "per_orbit": m.per_orbit.tolist()} for name, m in evaluation.metrics.items()
        },
    }
