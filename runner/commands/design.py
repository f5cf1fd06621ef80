"""`python -m runner design`: a few well-chosen settings of a space of parameters, as one sweep file."""

from pathlib import Path
from typing import Annotated

import typer

from orbitsens.config import ConfigError, expand, load_sweep_file
from runner.dataset_artifacts import dataset_fetcher, on_stderr
from store.location import writable_store
from store.output import write_output


def design(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A sweep file whose lists are the values that parameters may take.")
    ],
    runs: Annotated[int, typer.Option("--runs", min=2, help="How many settings to run, each with every seed.")],
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Seeds per setting, from 0; unless given, those of the file.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The sweep file to write; unless given, FILE's name and '-design'."),
    ] = None,
) -> None:
    """Choose settings that together tell most: a fractional factorial or a space-filling design, times the seeds.

    What varies stands in the written file's list `settings`; train it with `runner sweep`.
    """
    from orbitsens.sensitivity.designs import design as choose
    from orbitsens.sensitivity.sweep_files import axes, designed, sweep_text

    to = output or file.with_name(f"{file.stem}-design.yaml")
    if to.exists() or to.is_symlink():
        raise ConfigError(f"{to} is there already; name another file with --output.")
    space = load_sweep_file(file)
    along = axes(space)
    chosen, kind = choose([len(axis) for axis in along], runs)
    found = designed(space, along, chosen.tolist(), range(seeds) if seeds else None)
    planned = expand(found, fetch=dataset_fetcher(writable_store(None), on_stderr))
    write_output(to, lambda file: file.write(sweep_text(found).encode()))
    typer.echo(
        f"{kind}: {runs} settings of {len(along)} parameters times {len(planned) // runs} seeds = "
        f"{len(planned)} runs in {to}."
    )
    typer.echo(f"Train them: python -m runner sweep {to}")
