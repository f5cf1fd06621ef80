"""`python -m runner sweep`: train a sweep file's runs, log them to W&B, sync them into the store."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from orbitsens.config import RunConfig, expand, load_sweep_file
from orbitsens.programs import plan_programs
from runner.commands.plan import doubt_lines
from runner.dataset_artifacts import dataset_fetcher
from store.location import writable_store

QUICKSTART = Path(__file__).parent.parent / "sweeps" / "quickstart.yaml"


class WandbMode(StrEnum):
    """Where W&B runs go."""

    offline = "offline"
    online = "online"


def sweep(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The sweep file; without it, the quickstart.")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="The run store; default .orbitsens/store.")] = None,
    wandb: Annotated[
        WandbMode, typer.Option(help="Keep W&B runs on this machine, or also send them.")
    ] = WandbMode.offline,
    wandb_dir: Annotated[
        Path | None, typer.Option(help="The folder for W&B's local runs; default $WANDB_DIR/wandb, else ./wandb.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Replace a value of the file; YAML.")
    ] = None,
    log_every: Annotated[int, typer.Option(min=1, help="Steps between history rows.")] = 10,
    device: Annotated[
        str | None, typer.Option(help="Train on cpu, gpu, or one of several as gpu:1; unless given, JAX's choice.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep the group's finished runs, train the rest.")] = False,
) -> None:
    """Train every run of a sweep file, one W&B run each in one group, then sync the group into the run store.

    Ctrl-C stops after the current block of steps; what is finished is kept and synced.
    """
    console = Console()
    if file is None:
        console.print(f"No sweep file given, so this runs the quickstart, {QUICKSTART.name}.")
    fetch = dataset_fetcher(writable_store(store), console.print)
    planned = expand(load_sweep_file(file or QUICKSTART), overrides or (), fetch)
    runs = _left(planned, wandb_dir, store, console) if resume else planned
    if not runs:
        return
    programs = plan_programs(runs)
    for line in doubt_lines(runs):
        console.print(line, highlight=False, markup=False)
    console.print(f"{len(runs)} runs in {len(programs)} programs, group '{runs[0].wandb.group}'. Ctrl-C stops cleanly.")

    from orbitsens.device import choose_devices, keep_compiled_programs, use_every_core
    from runner.names import run_names
    from runner.paths import local_runs_dir
    from runner.progress import sweep_progress
    from runner.sweep import STOPPED, Settings, prepared_programs, train_and_log
    from runner.sync import sync_local
    from runner.sync_report import report_lines
    from runner.table import n_diverged, summary_table

    keep_compiled_programs()
    use_every_core()
    devices = choose_devices(device)
    began = time.monotonic()
    folder, place = local_runs_dir(wandb_dir), writable_store(store)
    named = dict(zip((run.hash for run in planned), run_names(planned), strict=True))
    names, trained = [named[run.hash] for run in runs], []
    with (
        _stop_on_ctrl_c(console) as stop,
        sweep_progress(console, sum(p.seconds for p in programs)) as on_work,
    ):
        settings = Settings(folder, wandb.value, log_every, devices, on_work, stop, console.print)
        for program, prepared in prepared_programs(runs, programs, devices):
            here = [names[place] for place in program.places]
            finished = train_and_log(prepared, here, program.seconds, settings)
            if finished is None:
                break
            trained += finished
    report = sync_local(
        folder, [runs[0].wandb.group], place, on_wait=console.print, on_progress=lambda done, total: None
    )
    for line in report_lines(report):
        console.print(line, highlight=False)
    seconds, diverged = time.monotonic() - began, ""
    if trained:
        console.print(summary_table(place, runs[0].wandb.group, trained))
        n = n_diverged(place, runs[0].wandb.group, trained)
        diverged = f" ({n} of them diverged)" if n else ""
    console.print(f"{len(trained)} of {len(runs)} runs finished{diverged} in {seconds:.0f} s; they are in {place}.")
    if len(trained) < len(runs):
        raise typer.Exit(STOPPED)


def _left(planned: list[RunConfig], wandb_dir: Path | None, store: Path | None, console: Console) -> list[RunConfig]:
    """The runs of the sweep that are not finished yet."""
    from runner.paths import local_runs_dir
    from runner.resume import left_to_train

    runs = left_to_train(planned, local_runs_dir(wandb_dir), writable_store(store), console.print)
    kept = len(planned) - len(runs)
    rest = f"the other {len(runs)} are trained" if runs else "nothing is left to train"
    console.print(f"{kept} of {len(planned)} runs of group '{planned[0].wandb.group}' are finished and kept; {rest}.")
    return runs


@contextmanager
def _stop_on_ctrl_c(console: Console) -> Iterator[Callable[[], bool]]:
    """Yield `stop()`, true after the first Ctrl-C; a second one interrupts at once."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        del number, frame
        if asked:
            raise KeyboardInterrupt
        asked = True
        console.print("Stopping after this block of steps; press Ctrl-C again to stop at once.")

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
