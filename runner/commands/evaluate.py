"""`python -m runner evaluate`: stored models on any orbits."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    run_ids: Annotated[list[str] | None, typer.Argument(metavar="RUN_ID", help="Runs of the store, by id.")] = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="A grid of semi-major axes by eccentricities (also without --dataset).")
    ] = False,
    n_a: Annotated[int, typer.Option(min=1, help="Semi-major axes.")] = 64,
    n_e: Annotated[int, typer.Option(min=1, help="Eccentricities.")] = 64,
    anomalies: Annotated[int, typer.Option(min=2, help="Samples of an orbit, at equal true anomalies.")] = 90,
    a_range: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LO HI", help="km; default the complex family's.")
    ] = None,
    e_range: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LO HI", help="Default the complex family's.")
    ] = None,
    argument: Annotated[
        list[float] | None, typer.Option(help="Argument of periapsis, deg; several are averaged. Default 90.")
    ] = None,
    start: Annotated[float, typer.Option(help="True anomaly of the first sample, deg.")] = 0.0,
    inclination: Annotated[float, typer.Option(help="deg.")] = 0.0,
    raan: Annotated[float, typer.Option(help="deg.")] = 0.0,
    rollout: Annotated[bool, typer.Option("--rollout", help="Also integrate the model.")] = False,
    revolutions: Annotated[int, typer.Option(min=1, help="Revolutions of a grid's rollouts.")] = 1,
    spread: Annotated[
        bool, typer.Option("--spread", help="Also the runs' mean and spread in each cell of the grid, a line more.")
    ] = False,
    dataset: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A dataset; may be repeated.")] = None,
    group: Annotated[
        str | None, typer.Option("--group", "-g", help="The runs of a group; '(no group)': those without one.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Measure what runs lack on their own orbits, from their models.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Compute a grid that the store has once more.")] = False,
    store: Annotated[Path | None, typer.Option(help="The run store; unless given, the project's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a run on standard output.")] = False,
    job: Annotated[Path | None, typer.Option(hidden=True, help="The folder of the app's job.")] = None,
) -> None:
    """Evaluate the models of runs on grids of orbits or on datasets; asking twice costs nothing."""
    from orbitsens.grid_settings import GridSettings
    from runner.jobrun import job_progress

    default = GridSettings()
    settings = GridSettings(
        n_a=n_a,
        n_e=n_e,
        anomalies=anomalies,
        a_range_km=a_range or default.a_range_km,
        e_range=e_range or default.e_range,
        arguments_deg=tuple(argument) if argument else default.arguments_deg,
        start_deg=start,
        inclination_deg=inclination,
        raan_deg=raan,
        revolutions=revolutions if rollout else 0,
    )
    with job_progress(job) as on_progress:
        from orbitsens.device import keep_compiled_programs, use_single_precision
        from runner.evaluate import dataset_json, datasets_wanted, evaluate_datasets, missing as lacked
        from runner.evaluate_grid import as_line, evaluate_grids, grid_json, spread_json
        from runner.evaluate_table import error_lines, grid_lines, spread_line
        from runner.targets import find_group, find_runs, refuse_nothing
        from store.location import readable_store

        def say(text: str) -> None:
            typer.echo(text, err=True)

        keep_compiled_programs()
        use_single_precision()
        place = readable_store(store)
        targets = find_runs(place, run_ids or [])
        targets += find_group(place, group, say) if group else []
        refuse_nothing(targets)
        wanted = lacked(place, targets, say) if missing else []
        named = datasets_wanted(place, targets, dataset or [], rollout)
        evaluate_datasets(place, wanted, rollout=False, whole=False, on_progress=on_progress, on_wait=say)
        evaluate_datasets(place, named, rollout=rollout, whole=True, on_progress=on_progress, on_wait=say)
        keys = [""] * len(targets)
        if grid or not (dataset or missing):
            keys = evaluate_grids(place, targets, settings, on_progress=on_progress, on_wait=say, again=again)
        for target, key in zip(targets, keys, strict=True):
            found = grid_json(place, target, key, settings) if key else {"run_id": target.run_id}
            found |= {"datasets": dataset_json(place, target)} if dataset else {}
            for line in [as_line(found)] if as_json else [*grid_lines(found), *error_lines(found)]:
                typer.echo(line)
        if spread and len(targets) > 1 and all(keys):
            together = spread_json(place, targets, keys, settings)
            typer.echo(as_line(together) if as_json else spread_line(together))
        if missing:
            say(f"{len(targets)} runs lacked {len(wanted)} evaluations, one per dataset; they are stored now.")
