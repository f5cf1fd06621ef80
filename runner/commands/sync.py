"""`python -m runner sync`: from W&B's local files, or its server, into the run store."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from store.publish import SyncReport

Sync = Callable[[Callable[[int, int], None]], "SyncReport"]


class Source(StrEnum):
    """Where runs come from."""

    local = "local"
    api = "api"


def sync(
    groups: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GROUP ...]", help="The W&B groups; '(no group)': the runs without one."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Bring in the runs of all groups, and those of none.")
    ] = False,
    source: Annotated[Source, typer.Option(help="W&B's files on this machine, or its server.")] = Source.local,
    entity: Annotated[str | None, typer.Option(help="The W&B entity (team), with --source api.")] = None,
    project: Annotated[str | None, typer.Option(help="The W&B project, with --source api.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only runs started, or taken up again, then or later (UTC).")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="The run store; default .orbitsens/store.")] = None,
    wandb_dir: Annotated[
        Path | None,
        typer.Option(
            help="The folder with W&B's local runs, or one of jobs that have such folders; "
            "default $WANDB_DIR/wandb, else ./wandb."
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Continue, quietly, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between looks, with --watch.")] = 15,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was found as JSON, with --watch one line each.")
    ] = False,
) -> None:
    """Bring the runs of W&B groups into the run store; what has not changed stays as it is and is not read again.

    The server is that of WANDB_BASE_URL and `wandb login`. A sync that is killed loses little: the next one continues.
    The exit code is 0 as long as one run could be read, 1 if every one failed. The runs of a W&B sweep that have no
    group are in the group "sweep <id>".
    """
    from orbitsens.config import ConfigError
    from runner.terminal import plain_console
    from runner.watch import watched
    from store.location import writable_store

    if bool(groups) == everything:
        raise ConfigError("Name the W&B groups to sync, or say --all.")
    place, console = writable_store(store), plain_console(stderr=True)
    started = since.replace(tzinfo=UTC) if since else None
    chosen = groups or None
    if source is Source.local:
        bring = _local(wandb_dir, chosen, place, console, started)
    else:
        bring = _api(entity, project, chosen, place, console, started)
    if watch:
        console.print(f"Keeping {place} fresh, with a look every {every:g} s; Ctrl-C ends it.")
        watched(
            lambda: bring(lambda done, total: None), every, lambda report: _say(report, place, as_json), console.print
        )
    else:
        report = _with_progress(bring, console)
        _say(report, place, as_json)
        if report.failed and not (report.new or report.changed or report.unchanged):
            raise typer.Exit(1)


def _local(
    wandb_dir: Path | None, groups: list[str] | None, store: Path, console: "Console", since: datetime | None
) -> Sync:
    from runner.paths import job_runs_dirs, local_runs_dir
    from runner.sync import sync_local

    folder = local_runs_dir(wandb_dir)

    def bring(on_progress: Callable[[int, int], None]) -> "SyncReport":
        # Asked for a folder of jobs, each with its own folder of runs.
        jobs = job_runs_dirs(folder.parent) if wandb_dir is not None and not folder.exists() else []
        return sync_local(folder, groups, store, console.print, on_progress, since, jobs)

    return bring


def _api(
    entity: str | None,
    project: str | None,
    groups: list[str] | None,
    store: Path,
    console: "Console",
    since: datetime | None,
) -> Sync:
    import os

    from orbitsens.config.sweepfile import Wandb
    from runner.sync import sync_api

    fields = Wandb.model_fields
    team = entity or os.environ.get("WANDB_ENTITY") or fields["entity"].default
    name = project or os.environ.get("WANDB_PROJECT") or fields["project"].default
    return lambda on_progress: sync_api(team, name, groups, store, console.print, on_progress, since)


def _with_progress(bring: Sync, console: "Console") -> "SyncReport":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading W&B runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        return bring(lambda done, total: progress.update(task, completed=done, total=total))


def _say(report: "SyncReport", store: Path, as_json: bool) -> None:
    from runner.sync_report import report_document, report_lines
    from runner.terminal import printable

    if as_json:
        typer.echo(json.dumps(report_document(report, store)))
        return
    for line in report_lines(report):
        typer.echo(printable(line))
    if report.version is None:
        typer.echo(f"There is nothing for the run store {store} yet.")
    else:
        note = "is now at" if report.published else "has nothing to change and stays at"
        typer.echo(f"The run store {store} {note} version {report.version}.")
