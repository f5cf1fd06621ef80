"""A group's runs are the same rows, whether they came from local files or from the server."""

from pathlib import Path

import numpy as np
import pytest

from runner.sync import sync_local
from runner.tracking import close_run, finish_run, log_rows
from store.connect import read_catalogue
from tests.runner.graphql_answers import StubServer
from tests.runner.runs import evaluations, finished_runs, history, open_run, run_config
from tests.runner.server_runs import as_on_the_server, synced


@pytest.fixture
def local_group(tmp_path: Path) -> Path:
    """Runs in the states that a sweep leaves: finished, failed, stopped, without a row, with NaN."""
    folder = tmp_path / "runs" / "wandb"
    finished_runs(folder, 3, "g1", n_steps=120)
    for run_id, exit_code, n_steps in (("failed", 1, 30), ("stopped", 255, 60), ("rowless", 1, 0)):
        run = open_run(folder, run_id, run_config(5, tags=["a"], notes="n"))
        log_rows(run, history(n_steps))
        close_run(run, exit_code)
    run = open_run(folder, "nan", run_config(7))
    log_rows(run, {"step": np.arange(1, 4), "train_loss": np.array([1.0, np.nan, -np.inf])})
    finish_run(run, {"evaluations": evaluations(1), "low": -np.inf, "segment_ratio": [1.0, 2.5]}, None)
    return folder


def test_the_same_group_from_local_files_and_from_the_server_is_the_same_rows(
    stub: StubServer, local_group: Path, tmp_path: Path
) -> None:
    stub.runs = as_on_the_server(local_group)
    local, api = tmp_path / "local", tmp_path / "api"
    sync_local(local_group, ["g1"], local, pytest.fail, lambda done, total: None)
    report = synced(api, ["g1"])
    assert (len(report.new), report.failed) == (7, ())
    with read_catalogue(local) as con:
        tables = {name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()} - {"syncs"}
    assert tables >= {"runs", "parameters", "extra_parameters", "metrics", "history_stats"}
    for table in tables:
        assert rows(local, table) == rows(api, table), table
    for folder in ("curves", "models"):
        assert files(local / folder) == files(api / folder)
    assert len(files(local / "curves")) == 6
    # So the one after the other changes nothing.
    assert len(synced(local, ["g1"]).unchanged) == 7
    assert len(sync_local(local_group, ["g1"], api, pytest.fail, lambda done, total: None).unchanged) == 7


def rows(store: Path, table: str) -> list[str]:
    """A table's rows but for where they came from."""
    with read_catalogue(store) as con:
        relation = con.table(table)
        kept = [f'"{name}"' for name in relation.columns if (table, name) not in {("runs", "source"), ("runs", "url")}]
        return sorted(map(repr, relation.project(", ".join(kept)).fetchall()))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
