"""Runs that the agents of W&B sweeps started, from local files and from the server."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from runner.__main__ import app
from runner.reporting import group_report
from runner.sync import sync_local
from store import queries
from store.connect import read_catalogue
from store.filters import EVERYTHING, RunFilter
from tests.runner.foreign_runs import run_file
from tests.runner.graphql_answers import StubServer
from tests.runner.server_runs import ids, stub_run, synced


@pytest.fixture
def sweep_runs(tmp_path: Path) -> Path:
    """Two sweeps of four runs without a group, and a run of the second one that has a group."""
    wandb_dir = tmp_path / "wandb"
    for sweep, factor in (("aaaa1111", 1), ("bbbb2222", 3)):
        for k in range(4):
            config = {"width": str(32 * (1 + k // 2)), "seed": str(k % 2), "dataset_name": '"mine"'}
            error = str(5.0 * factor * (1 + k // 2) + 0.1 * k)
            run_file(wandb_dir, f"{sweep[0]}{k}", config=config, summary={"acceleration_error": error}, sweep_id=sweep)
    run_file(wandb_dir, "own", run_group="final", sweep_id="bbbb2222")
    return wandb_dir


def test_two_sweeps_are_two_groups_to_name_report_export_and_find(sweep_runs: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    report = sync_local(sweep_runs, ["sweep bbbb2222"], store, pytest.fail, lambda done, total: None)
    assert ids(report.new) == ["b0", "b1", "b2", "b3"]
    sync_local(sweep_runs, None, store, pytest.fail, lambda done, total: None)
    with read_catalogue(store) as con:
        groups = dict(zip(*(queries.groups(con, EVERYTHING)[name] for name in ("group", "n_runs")), strict=True))
        assert groups == {"sweep aaaa1111": 4, "sweep bbbb2222": 4, "final": 1}
        assert queries.count_matching(con, RunFilter(groups=("sweep aaaa1111",))) == 4
        assert queries.count_matching(con, RunFilter(text="bbbb2222")) == 5
        stored = con.sql("SELECT run_id, sweep_id FROM runs WHERE \"group\" = 'final'").fetchall()
    assert stored == [("own", "bbbb2222")]
    assert "4 of 4 matched runs used" in group_report(store, "sweep aaaa1111", "acceleration_error", None)[0]
    out = tmp_path / "runs.csv"
    arguments = ["export", "-g", "sweep aaaa1111", "--table", "runs", "-o", str(out), "--store", str(store)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert out.read_text().count("aaaa1111") >= 4
    assert "bbbb2222" not in out.read_text()


def test_a_sweep_on_the_server_is_the_same_group(stub: StubServer, tmp_path: Path) -> None:
    stub.runs = [stub_run("a", None, sweep="aaaa1111"), stub_run("b", None, sweep="bbbb2222"), stub_run("c", "g")]
    store = tmp_path / "store"
    assert ids(synced(store, ["sweep aaaa1111"]).new) == ["a"]
    assert ids(synced(store).new) == ["b", "c"]
    with read_catalogue(store) as con:
        rows = con.sql('SELECT run_id, "group", sweep_id FROM runs ORDER BY run_id').fetchall()
    assert rows == [("a", "sweep aaaa1111", "aaaa1111"), ("b", "sweep bbbb2222", "bbbb2222"), ("c", "g", None)]
    with pytest.raises(ConfigError, match="no run of group 'sweep cccc'"):
        synced(store, ["sweep cccc"])
