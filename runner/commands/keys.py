"""`python -m runner keys`: the page of every key of a sweep file."""

import typer


def keys() -> None:
    """Print every key of a sweep file with its values, default and meaning, in Markdown (docs/keys.md)."""
    from runner.keys_page import keys_page

    typer.echo(keys_page(), nl=False)
