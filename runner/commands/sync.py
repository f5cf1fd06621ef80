"""`python -m runner sync`: from W&B's local files into the run store."""

from pathlib import Path
from typing import Annotated

import typer


def sync(
    groups: Annotated[list[str], typer.Argument(metavar="GROUP", help="The W&B groups to bring in.")],
    store: Annotated[Path | None, typer.Option(help="The run store; default .orbitsens/store.")] = None,
    wandb_dir: Annotated[
        Path | None, typer.Option(help="The folder with W&B's local runs; default $WANDB_DIR/wandb, else ./wandb.")
    ] = None,
) -> None:
    """Bring the runs of W&B groups into the run store; what has not changed stays as it is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from runner.paths import local_runs_dir
    from runner.sync import report_lines, sync_local
    from store.location import writable_store

    place = writable_store(store)
    console = Console(stderr=True)
    columns = (TextColumn("Reading W&B runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        report = sync_local(
            local_runs_dir(wandb_dir),
            groups,
            place,
            on_wait=console.print,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    for line in report_lines(report):
        typer.echo(line)
    note = "is now at" if report.published else "has nothing to change and stays at"
    typer.echo(f"The run store {place} {note} version {report.version}.")
