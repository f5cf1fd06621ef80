"""Training a sweep: program by program, each run logged to W&B while it trains."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import jax

from orbitsens.config import Data, RunConfig, data_doubts
from orbitsens.datasets import Dataset, test_dataset
from orbitsens.ensemble import BlockReport, Trained, train_prepared
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.model import NeuralODE, save_model
from orbitsens.normalization import Units
from orbitsens.prepare import Prepared, prepare_program
from orbitsens.programs import Program
from orbitsens.segments import TrainingData
from orbitsens.version import NUMERICS, __version__
from runner.history import Measurement, history_rows, last_values, run_summary, segment_ratios
from runner.logging_thread import Submit, logging_thread
from runner.tracking import Mode, TrackedRun, close_run, finish_run, log_rows, start_run

KILLED = 255  # the exit code of a run that a person stopped, as W&B has it
FAILED = 1
DOUBTS = "doubts"  # the key of the config's section `orbitsens`


class Settings(NamedTuple):
    """How a sweep logs.

    `on_work` is told, of the seconds that the plan gave a program, how many a block was, and the block's report; `say`
    gets sentences.
    """

    wandb_dir: Path
    mode: Mode
    log_every: int
    devices: Sequence[jax.Device]
    on_work: Callable[[float, BlockReport], None]
    stop: Callable[[], bool]
    say: Callable[[str], None]


def prepared_programs(
    runs: Sequence[RunConfig],
    programs: Sequence[Program],
    devices: Sequence[jax.Device],
    stop: Callable[[], bool],
) -> Iterator[tuple[Program, Prepared]]:
    """Yield each program when it is compiled, until `stop()`; the one after it is compiled while its user trains it."""

    def prepare(program: Program) -> Prepared:
        return prepare_program([runs[place] for place in program.places], devices)

    with ThreadPoolExecutor(max_workers=1) as compiler:
        coming = compiler.submit(prepare, programs[0])
        for i, program in enumerate(programs):
            prepared = coming.result()
            if stop():
                return
            if i + 1 < len(programs) and not stop():
                coming = compiler.submit(prepare, programs[i + 1])
            yield program, prepared


def train_and_log(prepared: Prepared, names: Sequence[str], seconds: float, settings: Settings) -> list[str] | None:
    """Train the runs of one program and log each as a W&B run; return their run ids, or None when stopped.

    `names` are those of the W&B runs, `seconds` what the plan says the program takes.

    Runs that were stopped, or that an error ended, are closed as such with what they had logged.
    """
    together = prepared.runs
    code = {"version": __version__, "numerics": NUMERICS, "device": settings.devices[0].device_kind}
    open_runs: list[TrackedRun] = []
    exit_code = FAILED
    try:
        for config, name in zip(together, names, strict=True):
            open_runs.append(
                start_run(
                    config,
                    run_id=None,
                    name=name,
                    mode=settings.mode,
                    wandb_dir=settings.wandb_dir,
                    code=code | doubted(config.data),
                    say=settings.say,
                )
            )
        last: list[dict[str, object]] = [{} for _ in together]
        with logging_thread() as submit:
            trained = train_prepared(
                prepared, _logger(prepared, open_runs, last, seconds, submit, settings), stop=settings.stop
            )
        if trained is None:
            exit_code = KILLED
            return None
        _finish(prepared, open_runs, last, trained, settings.say)
        return [run.run_id for run in open_runs]
    finally:
        # Nothing happens to runs that are finished already.
        for run in open_runs:
            close_run(run, exit_code)


def doubted(data: Data) -> dict[str, object]:
    """What a run's config says of doubtful dataset files: nothing where there is no doubt."""
    doubts = data_doubts(data)
    return {DOUBTS: list(doubts)} if doubts else {}


def _logger(
    prepared: Prepared,
    open_runs: Sequence[TrackedRun],
    last: list[dict[str, object]],
    seconds: float,
    submit: Submit,
    settings: Settings,
) -> Callable[[BlockReport], None]:
    together = prepared.runs
    seconds_a_step = seconds / sum(stage.steps for stage in together[0].parameters.stages)
    ratios = [segment_ratios(config, data) for config, data in zip(together, prepared.data, strict=True)]

    def on_block(report: BlockReport) -> None:
        for i, (config, run) in enumerate(zip(together, open_runs, strict=True)):
            rows = history_rows(config, report, i, settings.log_every, ratios[i])
            last[i] = last_values(rows)
            submit(log_rows, run, rows)
        settings.on_work(report.block.n_steps * seconds_a_step, report)

    return on_block


def _finish(
    prepared: Prepared,
    open_runs: Sequence[TrackedRun],
    last: Sequence[dict[str, object]],
    trained: Sequence[Trained],
    say: Callable[[str], None],
) -> None:
    """Measure the kept models and close their runs with summary and model file."""
    measured = _measure(prepared, [t.model for t in trained])
    with tempfile.TemporaryDirectory() as folder:
        for i, (config, data, run) in enumerate(zip(prepared.runs, prepared.data, open_runs, strict=True)):
            path = Path(folder) / f"{run.run_id}.eqx"
            save_model(path, trained[i].model, config.logged(), data.units)
            summary = last[i] | run_summary(config, trained[i], data, measured[i])
            finish_run(run, summary, path, say=say)


def _measure(prepared: Prepared, models: Sequence[NeuralODE]) -> list[list[Measurement]]:
    """Each run's model on its training, validation and test orbits."""
    found: list[list[Measurement]] = [[] for _ in models]
    groups: dict[tuple[Data, int], list[int]] = {}
    for i, (config, own) in enumerate(zip(prepared.runs, prepared.data, strict=True)):
        # Runs with the same split have the very same data.
        groups.setdefault((config.data, id(own)), []).append(i)
    for (data, _), members in groups.items():
        for name, split, orbits, units in _parts(prepared.data[members[0]], data):
            evaluations = evaluate_pointwise([models[i] for i in members], orbits, units)
            for i, evaluation in zip(members, evaluations, strict=True):
                found[i].append(Measurement(name, split, evaluation))
    return found


def _parts(own: TrainingData, data: Data) -> list[tuple[str, str, Dataset, Units]]:
    """The orbits that a run is measured on: name, split, orbits, and the units that its model sees."""
    test = test_dataset(data)
    parts = [(data.dataset_name, "train", own.training, own.units)]
    if own.validation is not None:
        parts.append((data.dataset_name, "val", own.validation, own.units))
    if test is not None:
        parts.append((test.name, "test", test, own.units))
    return parts
