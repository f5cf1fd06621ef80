"""Runs of the W&B server: the real client against a server on this machine that fails in every way."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from runner import sync as sync_module
from runner.__main__ import app
from runner.sync import sync_api
from runner.wandb_api_history import api_history
from store import queries
from store.connect import read_catalogue, store_version
from store.doctor import examine
from store.repair import repair
from tests.runner.graphql_answers import StubArtifact, StubServer
from tests.runner.server_runs import detail, ids, stub_run, synced

HISTORY = ("RunHistoryKeys", "RunParquetHistory", "HistoryPage")
ARTIFACTS = (
    "RunOutputArtifacts",
    "RunInputArtifacts",
    "FetchArtifactManifest",
    "manifest",
    "GetArtifactMembershipFileUrls",
    "file",
)


def test_a_project_of_three_pages_with_all_that_goes_wrong_ends_complete(
    stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.wandb_api.PER_PAGE", 10)
    store = tmp_path / "store"
    odd = [
        stub_run("crashed", state="crashed", n_steps=7, artifacts=[]),
        stub_run("empty", state="crashed", summary=None, history=[], artifacts=[], config={}),
        stub_run("lost", artifacts=[StubArtifact("lost", "lost.eqx", b"x", lost=True)]),
        stub_run("bad", artifacts=[StubArtifact("bad", "bad.eqx", b"content", served=b"damaged")]),
    ]
    stub.runs = [*(stub_run(f"r{i:03}") for i in range(20)), *odd]
    stub.faults = {
        # Two counts and three pages.
        "Runs": ["500", "", "", "429", "", "cut", "", "drop", ""],
        "HistoryPage": ["429", "500", "drop", "cut", "cut"],
        "RunOutputArtifacts": ["cut", "500"],
        "file": ["drop"],
    }
    told: list[tuple[int, int]] = []
    report = sync_api("mlds-lab", "neuralODEs", ["g"], store, pytest.fail, lambda *counts: told.append(counts))
    assert (len(report.new), report.changed, report.unchanged, report.failed) == (24, (), (), ())
    assert told[-1] == (24, 24)
    assert not any(stub.faults.values())
    assert stub.count("Runs") == 2 + 3 + 4
    with read_catalogue(store) as con:
        states = dict(con.sql("SELECT state, count(*) FROM runs GROUP BY ALL").fetchall())
        rows = con.sql("SELECT count(*) FROM runs WHERE n_history_rows = 20").fetchall()
        models = con.sql("SELECT count(DISTINCT model_sha256) FROM runs").fetchall()
        curve = queries.history(con, store, ["mlds-lab/neuralODEs/r001"], ["train_loss"])
    assert states == {"finished": 22, "crashed": 2}
    assert (rows, models) == ([(22,)], [(20,)])
    np.testing.assert_array_equal(curve["train_loss"], 1 / np.arange(1, 21))
    assert detail(store, "empty").n_history_rows == 0
    assert "cannot be fetched" in str(detail(store, "lost").model_problem)
    assert "damaged" in str(detail(store, "bad").model_problem)

    stub.requests.clear()
    again = synced(store, ["g"])
    assert (again.new, again.changed, len(again.unchanged), again.published) == ((), (), 24, False)
    assert stub.count(*HISTORY, *ARTIFACTS) == 0


def test_only_what_changed_is_fetched_and_it_is_replaced_whole(stub: StubServer, tmp_path: Path) -> None:
    store = tmp_path / "store"
    stub.runs = [stub_run(f"r{i}", state="running") for i in range(5)]
    synced(store)
    stub.requests.clear()
    stub.runs[1] = stub_run("r1", n_steps=40)
    stub.runs[2].tags.append("good")
    report = synced(store)
    assert (ids(report.changed), len(report.unchanged)) == (["r1", "r2"], 3)
    assert stub.count("HistoryPage") == 2
    assert detail(store, "r1").n_history_rows == 40
    assert detail(store, "r2").tags == ("good",)
    assert detail(store, "r1").url == f"{stub.url}/mlds-lab/neuralODEs/runs/r1"


def test_datasets_that_runs_used_are_kept_once_with_checksums(stub: StubServer, tmp_path: Path) -> None:
    store = tmp_path / "store"
    data = StubArtifact("orbits", "orbits.json", b'{"orbit_0": {}}', kind="dataset")
    bad = StubArtifact("bad", "bad.json", b"content", kind="dataset", served=b"damaged")
    stub.runs = [stub_run("r1", used=[data]), stub_run("r2", used=[data]), stub_run("r3", used=[bad])]
    report = synced(store)
    assert len(report.new) == 3
    assert [(f.where, "damaged" in f.reason) for f in report.failed] == [("dataset bad:v0", True)]
    (folder,) = (store / "datasets").iterdir()
    assert (folder / "orbits.json").read_bytes() == data.content
    assert examine(store) == []
    stub.requests.clear()
    bad.served = None
    assert (len(synced(store).unchanged), stub.count("HistoryPage")) == (3, 1)
    assert len(list((store / "datasets").iterdir())) == 2
    (folder / "orbits.json").write_bytes(b"x")
    assert ["checksum fails" in finding.what for finding in examine(store)] == [True]
    repair(store, pytest.fail)
    assert examine(store) == []
    synced(store)
    assert (folder / "orbits.json").read_bytes() == data.content


def test_a_run_that_the_server_does_not_give_out_does_not_stop_the_rest(stub: StubServer, tmp_path: Path) -> None:
    store = tmp_path / "store"
    stub.runs = [stub_run("r1"), stub_run("r2")]
    stub.faults = {"RunHistoryKeys": ["403"]}
    report = synced(store)
    assert (len(report.new), len(report.failed)) == (1, 1)
    assert report.failed[0].where.startswith("mlds-lab/neuralODEs/r")
    assert "does not give the run out" in report.failed[0].reason
    assert len(synced(store).new) == 1


def test_a_run_that_cannot_be_parsed_is_listed_and_the_others_come(stub: StubServer, tmp_path: Path) -> None:
    stub.runs = [stub_run("r1"), stub_run("broken"), stub_run("r2")]
    stub.broken_config.add("broken")
    report = synced(tmp_path / "store")
    assert ids(report.new) == ["r1", "r2"]
    assert [failed.where for failed in report.failed] == ["mlds-lab/neuralODEs/broken"]


def test_old_runs(stub: StubServer, tmp_path: Path) -> None:
    rows = [{"_step": s, "loss": "NaN" if s == 2 else 1.0, "nested": {"a": s}, "note": "x"} for s in (1, 2)]
    stub.runs = [
        stub_run(
            "old",
            config={"width": 64, "network": "mlp_v0", "_wandb": {"t": 1}},
            summary={"accel_error": "NaN", "loss": 2.5, "segment_ratio": [1.11, 5.0]},
            history=rows,
            artifacts=[],
        )
    ]
    synced(tmp_path / "store")
    found = detail(tmp_path / "store", "old")
    assert found.state == "diverged"
    assert found.parameters["width"] == 64
    assert found.parameters["segment_ratio_final"] == 5
    assert found.extra_parameters == {"network": "mlp_v0"}
    assert found.summary == {"acceleration_error": "NaN", "train_loss": 2.5, "segment_ratio": [1.11, 5]}
    assert list(found.history_stats["key"]) == ["nested.a", "train_loss"]


def test_a_history_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match=r"row 1 .* no step"):
        api_history([{"_step": 1}, {"loss": 1.0}])


def test_groups_and_dates_choose_runs(stub: StubServer, tmp_path: Path) -> None:
    stub.runs = [
        stub_run("a1", "a"),
        stub_run("a2", "a", created_at="2026-03-01T00:00:00Z"),
        stub_run("b1", "b"),
        stub_run("none", None),
    ]
    assert ids(synced(tmp_path / "1", ["a"]).new) == ["a1", "a2"]
    assert ids(synced(tmp_path / "2", ["a"], datetime(2026, 2, 1, tzinfo=UTC)).new) == ["a2"]
    assert len(synced(tmp_path / "3").new) == 4
    with pytest.raises(ConfigError, match="no run of group 'c' in mlds-lab/neuralODEs"):
        synced(tmp_path / "4", ["a", "c"])
    with pytest.raises(ConfigError, match="no project mlds-lab/other"):
        sync_api("mlds-lab", "other", None, tmp_path / "4", pytest.fail, lambda done, total: None)
    assert store_version(tmp_path / "4") is None


def test_when_the_server_goes_away_what_was_fetched_is_kept_and_the_next_sync_goes_on(
    stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    monkeypatch.setattr(sync_module, "PORTION_RUNS", 20)
    stub.runs = [stub_run(f"r{i:03}", artifacts=[]) for i in range(100)]
    stub.after_pages = 2  # counts and a first page; then 403
    with pytest.raises(ConfigError, match="does not answer"):
        synced(store)
    with read_catalogue(store) as con:
        assert con.sql("SELECT count(*) FROM runs").fetchall() == [(50,)]
    stub.after_pages = None
    stub.requests.clear()
    report = synced(store)
    assert (len(report.new), len(report.unchanged)) == (50, 50)
    assert stub.count("HistoryPage") == 50


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--all"], "needs a key: run `wandb login`"), ([], "Name the W&B groups to sync, or say --all")],
)
def test_what_is_missing_is_said_in_a_sentence(tmp_path: Path, arguments: list[str], says: str) -> None:
    out = subprocess.run(
        [sys.executable, "-m", "runner", "sync", "--source", "api", "--store", str(tmp_path), *arguments],
        env=os.environ | {"NETRC": str(tmp_path / "netrc"), "WANDB_MODE": "online"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert out.returncode == 2
    assert says in out.stderr
    assert len(out.stderr.strip().splitlines()) == 1


def test_the_command_prints_json(stub: StubServer, tmp_path: Path) -> None:
    stub.runs = [stub_run("r1")]
    result = CliRunner().invoke(app, ["sync", "--all", "--source", "api", "--store", str(tmp_path / "s"), "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["new"] == ["mlds-lab/neuralODEs/r1"]
    assert (document["version"], document["published"], document["failed"]) == (1, True, [])
