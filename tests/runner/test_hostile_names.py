"""Names that people give are printed as they are, and are never taken for markup, an escape sequence or an option."""

import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner import jobs
from runner.__main__ import app
from runner.table import summary_table
from runner.terminal import plain_console, printable
from store.connect import StoreError
from tests.app.sample_runs import publish_runs, sample_run

NAMES = ["x[/y]", "sweep[v2]", "[red]", "[bold]a[/]", ":smile:", "[link=http://a.b]c[/link]", "\\[x"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("hostile") / "store"
    publish_runs(store, [sample_run(name, seed, 7.0) for name in [*NAMES, "a\x1b[31mb\x07"] for seed in range(2)])
    return store


def test_status_shows_every_group_as_it_is_called(hostile: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--store", str(hostile)], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    shown = [line.split("│")[1].strip() for line in result.stdout.splitlines() if line.startswith("│")]
    assert sorted(shown) == sorted([*NAMES, r"a\x1b[31mb\x07"])


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_a_sweep_has_the_groups_name(hostile: Path, name: str) -> None:
    console = plain_console()
    console.file = io.StringIO()
    console.width = 120
    runs = [f"{name}-{seed}" for seed in range(2)]
    console.print(summary_table(hostile, name, runs))
    assert f"{name}: mean acceleration error" in console.file.getvalue()


@pytest.mark.parametrize("run_id", ["--help", "--again", "-h", "--store=/tmp"])
def test_a_run_id_is_no_option_of_the_job(hostile: Path, run_id: str) -> None:
    arguments = jobs.dataset_arguments([run_id], ["--grid"], hostile)
    result = CliRunner().invoke(app, ["evaluate", *arguments])
    assert isinstance(result.exception, StoreError), result.output
    assert str(result.exception).startswith(f"There is no run {run_id} in {hostile}")


def test_control_characters_are_written_out() -> None:
    assert printable("a\x1b[2J\x07b\rc\x9b1m\n\td") == "a\\x1b[2J\\x07b\\x0dc\\x9b1m\n\td"
