"""`python -m runner sweep`: train a sweep file's runs, log them to W&B, sync them into the store."""

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from orbitsens.config import RunConfig, expand, load_sweep_file
from orbitsens.programs import plan_programs
from runner.claims import claimed
from runner.dataset_artifacts import dataset_fetcher
from runner.doubts import doubt_lines
from runner.paths import check_runs_dir, local_runs_dir
from runner.stopping import Stop, stop_on_signals
from runner.terminal import plain_console
from store.connect import StoreError
from store.location import writable_store
from store.preflight import check_writable

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

    Ctrl-C or SIGTERM stops after the current block of steps; what is finished is kept and synced.
    """
    console = plain_console()
    if file is None:
        console.print(f"No sweep file given, so this runs the quickstart, {QUICKSTART.name}.")
    place = writable_store(store)
    fetch = dataset_fetcher(place, console.print)
    planned = expand(load_sweep_file(file or QUICKSTART), overrides or (), fetch)
    check_writable(place)
    check_runs_dir(local_runs_dir(wandb_dir), len(planned))
    for line in doubt_lines(planned):
        console.print(line, highlight=False, markup=False)
    hashes, group = [run.hash for run in planned], planned[0].wandb.group
    with claimed(place, group, hashes, alone=resume), stop_on_signals(console.print) as stop:
        runs, n_trained = (_left(planned, wandb_dir, place, console) if resume else planned), 0
        if runs:
            options = _Options(place, wandb, wandb_dir, log_every, device)
            from runner.names import run_names

            named = dict(zip(hashes, run_names(planned), strict=True))
            n_trained = _train(runs, [named[run.hash] for run in runs], options, stop, console)
    if n_trained < len(runs):
        raise typer.Exit(stop.exit_code)


class _Options(NamedTuple):
    store: Path
    wandb: WandbMode
    wandb_dir: Path | None
    log_every: int
    device: str | None


def _train(runs: list[RunConfig], names: list[str], options: _Options, stop: Stop, console: Console) -> int:
    """Train runs of one group, sync the group, report, and return how many runs were trained."""
    from orbitsens.device import choose_devices, keep_compiled_programs, use_every_core
    from runner.progress import sweep_progress
    from runner.sweep import Settings, prepared_programs, train_and_log

    began, group = time.monotonic(), runs[0].wandb.group
    programs = plan_programs(runs)
    console.print(f"{len(runs)} runs in {len(programs)} programs, group '{group}'. Ctrl-C stops cleanly.")
    keep_compiled_programs()
    use_every_core()
    devices = choose_devices(options.device)
    folder, trained = local_runs_dir(options.wandb_dir), list[str]()
    with sweep_progress(console, sum(p.seconds for p in programs)) as on_work:
        settings = Settings(folder, options.wandb.value, options.log_every, devices, on_work, stop, console.print)
        for program, prepared in prepared_programs(runs, programs, devices, stop):
            here = [names[i] for i in program.places]
            with _explained(folder):
                finished = train_and_log(prepared, here, program.seconds, settings)
            if finished is None:
                break
            trained += finished
    diverged = _report(group, folder, trained, options.store, console)
    lost = f" ({diverged} of them diverged)" if diverged else ""
    seconds = time.monotonic() - began
    console.print(f"{len(trained)} of {len(runs)} runs finished{lost} in {seconds:.0f} s; they are in {options.store}.")
    return len(trained)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say what to do when W&B's folder cannot be written any more.

    Raises:
        StoreError: it cannot; what is finished is kept.
    """
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The sweep has ended, because its runs can no longer be written to {folder} ({error.strerror or error}). "
            "What is finished is kept: see to that folder, and go on with --resume."
        ) from error


def _report(group: str, folder: Path, trained: list[str], store: Path, console: Console) -> int:
    """Sync the group, print its table, and return how many runs diverged.

    Raises:
        StoreError: the store cannot be written; the runs are safe in W&B's folder.
    """
    from runner.sync import sync_local
    from runner.sync_report import report_lines
    from runner.table import n_diverged, summary_table

    try:
        report = sync_local(folder, [group], store, on_wait=console.print, on_progress=lambda done, total: None)
    except StoreError as error:
        command = shlex.join(["python", "-m", "runner", "sync", group, "--wandb-dir", str(folder), "--store", "DIR"])
        safe = f"The {len(trained)} finished runs are in {folder}; sync them with: {command}"
        raise StoreError(f"{error} {safe}") from error
    for line in report_lines(report):
        console.print(line)
    if not trained:
        return 0
    console.print(summary_table(store, group, trained))
    return n_diverged(store, group, trained)


def _left(planned: list[RunConfig], wandb_dir: Path | None, store: Path, console: Console) -> list[RunConfig]:
    """The runs of the sweep that are not finished yet."""
    from runner.resume import left_to_train

    runs = left_to_train(planned, local_runs_dir(wandb_dir), store, console.print)
    kept = len(planned) - len(runs)
    rest = f"the other {len(runs)} are trained" if runs else "nothing is left to train"
    group = planned[0].wandb.group
    console.print(f"{kept} of {len(planned)} runs of group '{group}' are finished and kept; {rest}.")
    return runs
