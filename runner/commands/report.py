"""`python -m runner report`: is it real, or is it the seed? A group's answer as Markdown and CSV."""

from pathlib import Path
from typing import Annotated

import typer

from orbitsens.config import ConfigError


def report(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The W&B group; '(no group)': the runs without one.")],
    store: Annotated[Path | None, typer.Option(help="The run store; unless given, the project's own.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The Markdown file to write, with a CSV beside it.")
    ] = None,
    metric: Annotated[str, typer.Option(help="The metric to explain.")] = "acceleration_error",
    dataset: Annotated[
        str | None, typer.Option(help="Where it was measured; unless given, the test set most runs were measured on.")
    ] = None,
) -> None:
    """Report what each varied parameter does to a group's error, against what the seed alone does."""
    from runner.reporting import group_report
    from store.filters import group_named
    from store.location import readable_store
    from store.output import is_stream, write_output

    text, table = group_report(readable_store(store), group_named(group), metric, dataset)
    if output is None:
        typer.echo(text, nl=False)
        return
    if is_stream(output):
        write_output(output, lambda file: file.write(text.encode()))
        return
    beside = output.with_suffix(".csv")
    if beside == output:
        raise ConfigError(
            f"{output} is to hold the Markdown: name a file that ends in .md; a CSV is written beside it."
        )
    write_output(output, lambda file: file.write(text.encode()))
    write_output(beside, lambda file: file.write(table.encode()))
    typer.echo(f"Wrote {output} and {beside.name}.")
