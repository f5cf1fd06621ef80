"""`python -m runner status`: what a run store holds, how fresh it is, and what is at work on it."""

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from orbitsens.version import NUMERICS

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from runner.jobs import Job


def status(
    store: Annotated[Path | None, typer.Option(help="The run store; unless given, the project's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say what a run store holds, how fresh it is, who writes to it, and which evaluations are under way."""
    from runner.jobs import all_jobs
    from store import queries
    from store.connect import read_catalogue, store_version
    from store.layout import last_sync
    from store.location import readable_store
    from store.lock import remote_note, writer
    from store.team_files import odd_files

    place = readable_store(store)
    with read_catalogue(place) as con:
        groups, numerics = queries.groups(con), queries.runs_by_numerics(con)
    version = store_version(place)
    active = [job for job in all_jobs(place) if job.active]
    notes = [odd.what for odd in odd_files(place)]
    notes += ["`python -m runner doctor --repair` puts what is not understood aside."] if notes else []
    notes += filter(None, [remote_note(place)])
    found = Status(place, version, _size(place), last_sync(place), writer(place), groups, numerics, active, notes)
    if as_json:
        typer.echo(json.dumps(_document(found)))
    else:
        _show(found)


@dataclass(frozen=True)
class Status:
    """What is known of a store; `groups` as `queries.groups` lists them; `numerics` counts runs by it.

    `notes` are sentences about what is odd.
    """

    store: Path
    version: int | None
    size_bytes: int
    last_sync: datetime | None
    writer: str | None
    groups: "pd.DataFrame"
    numerics: dict[int | None, int]
    jobs: list["Job"]
    notes: list[str]


def _size(store: Path) -> int:
    """What the files of a store take, in bytes; one that goes meanwhile, or cannot be seen, takes nothing."""
    size = 0
    for folder, _, names in os.walk(store):
        for name in names:
            with contextlib.suppress(OSError):
                size += (Path(folder) / name).stat().st_size
    return size


def _show(found: Status) -> None:
    from runner.terminal import plain_console, printable

    console = plain_console()
    synced = f"last synced {found.last_sync:%Y-%m-%d %H:%M} UTC" if found.last_sync else "never synced"
    console.print(f"{found.store}: version {found.version}, {found.size_bytes / 1e6:.1f} MB, {synced}.")
    if found.numerics:
        console.print(f"Trained by code of {_numerics(found.numerics)}; this code has numerics {NUMERICS}.")
    if found.writer:
        console.print(printable(f"Being written to: {found.writer}."))
    console.print(_groups_table(found.groups) if len(found.groups) else "No runs yet: python -m runner sweep FILE.yaml")
    for job in found.jobs:
        console.print(printable(f"{job.state}: {job.title}, {job.share:.0%}, asked for by {job.who}"))
    for note in found.notes:
        console.print(printable(note))


def _numerics(counts: dict[int | None, int]) -> str:
    names = ((f"numerics {n}" if n is not None else "numerics not on record", runs) for n, runs in counts.items())
    return ", ".join(f"{name} ({runs:,} {'run' if runs == 1 else 'runs'})" for name, runs in names)


def _groups_table(groups: "pd.DataFrame") -> "Table":
    import pandas as pd
    from rich.table import Table

    from runner.terminal import printable
    from store.filters import group_text
    from store.records import State

    present = [state for state in get_args(State) if groups[state].sum()]
    table = Table()
    for name in ("group", "runs", *present, "newest run (UTC)"):
        table.add_column(name, justify="left" if name == "group" else "right", overflow="fold")
    for group in groups.to_dict("records"):
        created = group["last_created"]
        newest = "unknown" if created is pd.NaT else f"{created:%Y-%m-%d %H:%M}"
        counts = [str(group[name]) for name in ("n_runs", *present)]
        table.add_row(printable(group_text(group["group"])), *counts, newest)
    return table


def _document(found: Status) -> dict[str, object]:
    groups = json.loads(found.groups.to_json(orient="records", date_format="iso", date_unit="s"))
    jobs = [{"id": job.id, "title": job.title, "state": job.state, "share": job.share} for job in found.jobs]
    return {
        "store": str(found.store),
        "version": found.version,
        "size_bytes": found.size_bytes,
        "last_sync": found.last_sync.isoformat() if found.last_sync else None,
        "writer": found.writer,
        "groups": groups,
        "numerics": {"this_code": NUMERICS, "runs": {str(n): runs for n, runs in found.numerics.items()}},
        "jobs": jobs,
        "notes": found.notes,
    }
