"""`python -m runner import`: a model file of the team becomes a run of the store."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def import_model(
    file: Annotated[Path, typer.Argument(metavar="FILE.eqx", help="One line of JSON, then Equinox leaves.")],
    group: Annotated[str, typer.Option("--group", "-g", help="The group that the run is put into.")],
    run_id: Annotated[str, typer.Option(help="The run's id.")],
    trained: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="When it was trained: some names changed their meaning."),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A key of the model that the file lacks; may be repeated."),
    ] = None,
    store: Annotated[Path | None, typer.Option(help="The run store; default .orbitsens/store.")] = None,
) -> None:
    """Rebuild the model of a file, measure it on its training and test orbits, and keep it as a run."""
    from orbitsens.config.team_notes import assumed_notes, team_notes
    from orbitsens.device import use_single_precision
    from runner.import_model import given_values, import_model as bring_in
    from runner.terminal import plain_console
    from store.location import writable_store

    use_single_precision()
    place, say = writable_store(store), plain_console(stderr=True).print
    when = trained.replace(tzinfo=UTC) if trained else None
    record, report = bring_in(file, group, run_id, place, on_wait=say, when=when, given=given_values(values or []))
    for evaluation in record.summary["evaluations"]:
        error = evaluation["metrics"]["acceleration_error"]["mean"]
        typer.echo(f"{evaluation['dataset']} ({evaluation['split']}): acceleration error {error:.3g} %")
    if record.reason:
        typer.echo(record.reason)
    for note in (*assumed_notes(record.config, record.assumed), *team_notes(record.config, when)):
        typer.echo(note)
    what = "has been imported into" if report.published else "is unchanged in"
    typer.echo(f"Run {run_id} of group '{group}' {what} {place}.")
