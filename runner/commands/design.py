"""`python -m runner design`: a few well-chosen settings of a space of parameters, as sweep files."""

from pathlib import Path
from typing import Annotated

import typer

from orbitsens.config import ConfigError, expand, load_sweep_file
from runner.dataset_artifacts import dataset_fetcher, on_stderr
from store.location import writable_store


def design(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A sweep file whose lists are the values that parameters may take.")
    ],
    runs: Annotated[int, typer.Option("--runs", min=2, help="How many settings to run, each with every seed.")],
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Seeds per setting, from 0; unless given, those of the file.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write to; unless given, FILE's name and '-design'.")
    ] = None,
) -> None:
    """Choose settings that together tell most: a fractional factorial or a space-filling design, times the seeds.

    A sweep file holds all combinations of its values, so a design takes several; train each with `runner sweep`.
    """
    from orbitsens.sensitivity.designs import design as choose
    from orbitsens.sensitivity.sweep_files import space, sweep_texts

    sweep = load_sweep_file(file)
    expand(sweep, fetch=dataset_fetcher(writable_store(None), on_stderr))
    values, listed = space(sweep)
    chosen, kind = choose([len(v) for v in values.values()], runs)
    settings = [{key: v[i] for (key, v), i in zip(values.items(), row, strict=True)} for row in chosen.tolist()]
    used = list(range(seeds)) if seeds else listed
    folder = output or file.with_name(f"{file.stem}-design")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty; name another folder with --output.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = sweep_texts(sweep.wandb.model_dump(mode="json", exclude_defaults=True), settings, used)
    for i, text in enumerate(texts, start=1):
        (folder / f"{file.stem}-{i:03d}.yaml").write_text(text, encoding="utf-8")
    typer.echo(
        f"{kind}: {len(settings)} settings times {len(used)} seeds = {len(settings) * len(used)} runs in "
        f"{len(texts)} sweep file{'s' * (len(texts) != 1)} in {folder}."
    )
    typer.echo(f"Train them: for f in {folder}/*.yaml; do python -m runner sweep $f; done")
