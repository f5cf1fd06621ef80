"""`export`: a group's runs, metrics or histories as one file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orbitsens.config import ConfigError


class Table(StrEnum):
    """What can be exported."""

    runs = "runs"
    metrics = "metrics"
    history = "history"


class Format(StrEnum):
    """The kinds of file."""

    csv = "csv"
    parquet = "parquet"


def export(
    group: Annotated[str, typer.Option("--group", "-g", help="The W&B group; '(no group)': the runs without one.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; an existing one is replaced.")],
    table: Annotated[Table, typer.Option(help="One row per run; per run and metric; per run and step.")] = Table.runs,
    kind: Annotated[
        Format | None, typer.Option("--format", help="The kind of file; unless given, what the file's name ends in.")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="The run store; unless given, the project's own.")] = None,
) -> None:
    """Write a group's runs, metrics or histories to a CSV or Parquet file, with run ids in every row.

    In CSV, an apostrophe stands before a text that a spreadsheet program would take for a formula.
    """
    from store.export import export_group
    from store.filters import group_named
    from store.location import readable_store
    from store.output import is_stream

    chosen = _kind(output, kind)
    aside = is_stream(output)
    n_rows, n_runs = export_group(readable_store(store), group_named(group), table.value, output, chosen.value)
    typer.echo(f"Wrote {n_rows} rows of {n_runs} runs to {output}.", err=aside)


def _kind(output: Path, kind: Format | None) -> Format:
    """Choose the kind of file: what is asked for, else what the name ends in, else CSV."""
    ending = output.suffix.lower().removeprefix(".")
    named = Format(ending) if ending in list(Format) else None
    if kind is not None and named not in (None, kind):
        raise ConfigError(f"{output} ends in .{ending}, and --format says {kind}: make them agree.")
    if kind is None and named is None and ending:
        raise ConfigError(
            f"{output} ends in .{ending}, which cannot be written: name a file that ends in .csv or .parquet."
        )
    return kind or named or Format.csv
