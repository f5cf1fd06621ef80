"""`python -m runner`: one command per file of `runner/commands`."""

import os
import sys

import typer

from orbitsens.config import ConfigError
from runner.commands.design import design
from runner.commands.doctor import doctor
from runner.commands.evaluate import evaluate
from runner.commands.export import export
from runner.commands.import_model import import_model
from runner.commands.keys import keys
from runner.commands.plan import plan
from runner.commands.report import report
from runner.commands.status import status
from runner.commands.sweep import sweep
from runner.commands.sync import sync
from runner.environment import set_aside
from runner.terminal import printable
from store.connect import StoreError

app = typer.Typer(
    name="python -m runner",
    help="Plan and train sweeps of neural ODEs on two-body orbits, and keep them in the run store.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (plan, design, sweep, sync, status, export, evaluate, keys, report, doctor):
    app.command()(command)
app.command("import")(import_model)


def main() -> None:
    """Run the command line; a user's mistake is one sentence on stderr and exit code 2."""
    for name in set_aside(os.environ):
        print(f"{name} is set in the environment and ignored: orbitsens sets what its programs need.", file=sys.stderr)
    try:
        app()
    except (ConfigError, StoreError) as error:
        print(printable(str(error)), file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
