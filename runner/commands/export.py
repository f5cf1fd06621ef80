"""`export`: a group's runs, metrics or histories as one file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
    """Write a group's runs, metrics or histories to a CSV or Parquet file, with run ids in every row."""
    from store.export import export_group
    from store.filters import group_named
    from store.location import readable_store

    chosen = kind or (Format.parquet if output.suffix == ".parquet" else Format.csv)
    n_rows, n_runs = export_group(readable_store(store), group_named(group), table.value, output, chosen.value)
    print(f"Wrote {n_rows} rows of {n_runs} runs to {output}.")
