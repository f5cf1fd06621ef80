"""`python -m runner import`: a model file of the team becomes a run of the store."""

from pathlib import Path
from typing import Annotated

import typer


def import_model(
    file: Annotated[Path, typer.Argument(metavar="FILE.eqx", help="One line of JSON, then Equinox leaves.")],
    group: Annotated[str, typer.Option("--group", "-g", help="The group that the run is put into.")],
    run_id: Annotated[str, typer.Option(help="The run's id.")],
    store: Annotated[Path | None, typer.Option(help="The run store; default .orbitsens/store.")] = None,
) -> None:
    """Rebuild the model of a file, measure it on its training and test orbits, and keep it as a run."""
    from runner.import_model import import_model as bring_in
    from runner.terminal import plain_console
    from store.location import writable_store

    place = writable_store(store)
    record, report = bring_in(file, group, run_id, place, on_wait=plain_console(stderr=True).print)
    for evaluation in record.summary["evaluations"]:
        error = evaluation["metrics"]["acceleration_error"]["mean"]
        typer.echo(f"{evaluation['dataset']} ({evaluation['split']}): acceleration error {error:.3g} %")
    if record.reason:
        typer.echo(record.reason)
    what = "has been imported into" if report.published else "is unchanged in"
    typer.echo(f"Run {run_id} of group '{group}' {what} {place}.")
