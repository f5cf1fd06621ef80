"""Training a sweep: program by program, each run logged to W&B while it trains."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import jax

from orbitsens.config import Data, RunConfig
from orbitsens.datasets import Dataset, test_dataset
from orbitsens.ensemble import BlockReport, Trained, train_program, training_data
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.model import NeuralODE, save_model
from orbitsens.normalization import Units
from orbitsens.programs import Program
from orbitsens.version import __version__
from runner.history import Measurement, history_rows, last_values, run_summary, segment_ratios
from runner.logging_thread import Submit, logging_thread
from runner.tracking import Mode, TrackedRun, close_run, finish_run, log_rows, start_run

STOPPED = 130  # the exit code of a program that a person stopped
KILLED = 255  # the exit code of a run that a person stopped, as W&B has it
FAILED = 1


class Settings(NamedTuple):
    """How a sweep logs.

    `on_steps` is told how many steps (summed over runs) were made, and of the block's rows; `say` gets sentences.
    """

    wandb_dir: Path
    mode: Mode
    log_every: int
    on_steps: Callable[[int, BlockReport], None]
    stop: Callable[[], bool]
    say: Callable[[str], None]


def train_and_log(
    runs: Sequence[RunConfig], names: Sequence[str], program: Program, settings: Settings
) -> list[str] | None:
    """Train the runs of one program and log each as a W&B run; return their run ids, or None when stopped.

    Runs that were stopped, or that an error ended, are closed as such with what they had logged.
    """
    together = [runs[p] for p in program.places]
    code = {"version": __version__, "device": jax.devices()[0].device_kind}
    open_runs: list[TrackedRun] = []
    exit_code = FAILED
    try:
        for config, place in zip(together, program.places, strict=True):
            open_runs.append(
                start_run(
                    config,
                    run_id=None,
                    name=names[place],
                    mode=settings.mode,
                    wandb_dir=settings.wandb_dir,
                    code=code,
                    say=settings.say,
                )
            )
        last: list[dict[str, object]] = [{} for _ in together]
        with logging_thread() as submit:
            trained = train_program(together, _logger(together, open_runs, last, submit, settings), stop=settings.stop)
        if trained is None:
            exit_code = KILLED
            return None
        _finish(together, open_runs, last, trained, settings.say)
        return [run.run_id for run in open_runs]
    finally:
        # Nothing happens to runs that are finished already.
        for run in open_runs:
            close_run(run, exit_code)


def _logger(
    together: Sequence[RunConfig],
    open_runs: Sequence[TrackedRun],
    last: list[dict[str, object]],
    submit: Submit,
    settings: Settings,
) -> Callable[[BlockReport], None]:
    ratios = [segment_ratios(config, training_data(config)) for config in together]

    def on_block(report: BlockReport) -> None:
        for i, (config, run) in enumerate(zip(together, open_runs, strict=True)):
            rows = history_rows(config, report, i, settings.log_every, ratios[i])
            last[i] = last_values(rows)
            submit(log_rows, run, rows)
        settings.on_steps(report.block.n_steps * len(together), report)

    return on_block


def _finish(
    together: Sequence[RunConfig],
    open_runs: Sequence[TrackedRun],
    last: Sequence[dict[str, object]],
    trained: Sequence[Trained],
    say: Callable[[str], None],
) -> None:
    """Measure the kept models and close their runs with summary and model file."""
    measured = _measure(together, [t.model for t in trained])
    with tempfile.TemporaryDirectory() as folder:
        for i, (config, run) in enumerate(zip(together, open_runs, strict=True)):
            path = Path(folder) / f"{run.run_id}.eqx"
            data = training_data(config)
            save_model(path, trained[i].model, config.logged(), data.units)
            summary = last[i] | run_summary(config, trained[i], data, measured[i])
            finish_run(run, summary, path, say=say)


def _measure(together: Sequence[RunConfig], models: Sequence[NeuralODE]) -> list[list[Measurement]]:
    """Each run's model on its training, validation and test orbits."""
    found: list[list[Measurement]] = [[] for _ in together]
    groups: dict[tuple[Data, int], list[int]] = {}
    for i, config in enumerate(together):
        whole = config.parameters.train_val_split == 1
        # Runs with a validation set may each have another split.
        groups.setdefault((config.data, -1 if whole else i), []).append(i)
    for (data, _), members in groups.items():
        for name, split, orbits, units in _parts(together[members[0]], data):
            evaluations = evaluate_pointwise([models[i] for i in members], orbits, units)
            for i, evaluation in zip(members, evaluations, strict=True):
                found[i].append(Measurement(name, split, evaluation))
    return found


def _parts(config: RunConfig, data: Data) -> list[tuple[str, str, Dataset, Units]]:
    """The orbits that a run is measured on: name, split, orbits, and the units that its model sees."""
    own, test = training_data(config), test_dataset(data)
    parts = [(data.dataset_name, "train", own.training, own.units)]
    if own.validation is not None:
        parts.append((data.dataset_name, "val", own.validation, own.units))
    if test is not None:
        parts.append((test.name, "test", test, own.units))
    return parts
