"""`report` and `export` of runs that name no group or no dataset."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.csv
import pytest
from typer.testing import CliRunner

from runner.__main__ import app
from store.connect import StoreError
from store.records import RunRecord
from tests.factories import filled_store, old_run, replaced, run_record


def foreign(seed: int, group: str | None, **config: object) -> RunRecord:
    return replaced(
        old_run(seed),
        run_id=f"{group or 'none'}{seed}",
        group=group,
        config={"seed": seed, **config},
        summary={"acceleration_error": 5.0 + 0.1 * seed},
    )


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def mixed_store(tmp_path: Path) -> Path:
    """Runs of a group and of none that name no dataset, and some of a group that names one."""
    store = tmp_path / "store"
    others = [run_record(seed, group="ours") for seed in range(2)]
    filled_store(store, [*(foreign(seed, group) for group in ("theirs", None) for seed in range(4)), *others])
    return store


@pytest.mark.parametrize(("spelled", "title"), [("theirs", "theirs"), ("(no group)", "(no group)"), ("", "(no group)")])
def test_runs_without_a_dataset_or_group_are_reported(mixed_store: Path, spelled: str, title: str) -> None:
    said = run("report", spelled, "--store", str(mixed_store))
    assert said.startswith(f"# Sensitivity of {title}\n\nacceleration error (%) on (unset) (train).\n")
    assert "4 of 4 matched runs used." in said
    assert said == run("report", spelled, "--store", str(mixed_store), "--dataset", "(unset)")


def test_runs_without_a_group_are_exported(mixed_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    assert "Wrote 4 rows of 4 runs" in run("export", "-g", "(no group)", "-o", str(file), "--store", str(mixed_store))
    assert pyarrow.csv.read_csv(file)["run_id"].to_pylist() == [f"none{seed}" for seed in range(4)]


def test_status_names_the_runs_without_a_group_and_a_date(tmp_path: Path) -> None:
    filled_store(tmp_path, [replaced(foreign(0, None), created_at=None)])
    said = run("status", "--store", str(tmp_path))
    assert "(no group)" in said
    assert "nan" not in said.lower()
    assert "unknown" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "their"], r"no group 'their' in the run store \(did you mean 'theirs'\?\); its groups are .*"),
        (["export", "-o", "x.csv", "-g", "thei"], r"no group 'thei' .* Export one that is there, or sync it first\."),
    ],
)
def test_a_group_that_is_not_there_is_a_sentence(mixed_store: Path, arguments: Sequence[str], message: str) -> None:
    with pytest.raises(StoreError, match=message):
        run(*arguments, "--store", str(mixed_store))


def test_no_group_where_every_run_has_one_is_a_sentence(tmp_path: Path) -> None:
    filled_store(tmp_path, [run_record(0)])
    with pytest.raises(StoreError, match=r"Every run of the run store has a group; its groups are sweep-seeds-v2\."):
        run("report", "(no group)", "--store", str(tmp_path))


def test_a_refused_value_is_reported_as_it_was_logged(tmp_path: Path) -> None:
    runs = [
        replaced(foreign(seed, "odd", batch_size=size), run_id=f"{size}{seed}", summary={"acceleration_error": error})
        for size, level in ((32, 1.0), ("auto", 10.0), (True, 100.0))
        for seed in range(3)
        for error in [level * (1 + 0.01 * seed)]
    ]
    filled_store(tmp_path, runs)
    said = run("report", "odd", "--store", str(tmp_path))
    assert "batch size matters: true has" in said
    assert "batch size auto" in said
    assert "(unset)" not in said.split("## Answer")[1]
