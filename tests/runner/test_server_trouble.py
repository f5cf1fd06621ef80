"""A W&B server that is away, refuses, has odd content or lacks a query; and its password."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from runner.__main__ import app
from runner.server import check_address, without_password
from runner.sync import sync_api, sync_local
from store.connect import read_catalogue
from tests.runner.foreign_runs import run_file
from tests.runner.graphql_answers import StubArtifact, StubServer
from tests.runner.graphql_stub import KEY
from tests.runner.server_runs import detail, ids, stub_run, synced


@pytest.fixture
def silent_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("WANDB_BASE_URL", f"http://user:secret@127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        yield


def _accept(server: socket.socket) -> None:
    held = []
    while True:
        try:
            held.append(server.accept())
        except OSError:
            return


def test_a_dead_server_is_said_to_be_away_soon_and_its_password_is_not(
    silent_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.wandb_api_project.TIMEOUT_OF_FIRST", 2)
    began = time.monotonic()
    with pytest.raises(ConfigError) as caught:
        synced(tmp_path / "store")
    assert time.monotonic() - began < 60  # the client's own patience would be 90 s
    host = os.environ["WANDB_BASE_URL"].rpartition("@")[2]
    assert str(caught.value) == (
        f"The W&B server http://{host} does not answer: check the network and WANDB_BASE_URL, and sync again later."
    )


def test_a_refused_key_is_no_dead_server(stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", stub.url.replace("://", "://user:secret@"))
    stub.faults = {name: ["403"] * 9 for name in ("Viewer", "GetViewer", "GetDefaultEntity", "ServerFeaturesQuery")}
    with pytest.raises(ConfigError, match=r"^W&B does not let you in: ") as caught:
        synced(tmp_path / "store")
    assert "secret" not in str(caught.value)


def test_a_password_is_neither_shown_nor_stored(
    stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", stub.url.replace("://", "://user:secret@"))
    store = tmp_path / "store"
    stub.runs = [stub_run("good"), stub_run("bad")]
    stub.faults = {"RunHistoryKeys": ["403"]}
    report = synced(store)
    assert (len(report.new), len(report.failed)) == (1, 1)
    assert "secret" not in repr(report)
    assert not [path for path in store.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]


@pytest.mark.parametrize("address", ["file:///tmp/x", "wandb.example.org", "http://", "http://[1", "http://a:b@c@d"])
def test_an_address_that_is_none_is_one_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", address)
    with pytest.raises(ConfigError, match=r"^WANDB_BASE_URL is .*: write the address of a W&B server, such as"):
        check_address()
    monkeypatch.setenv("WANDB_BASE_URL", "https://user:pass@wandb.example.org:8443/path")
    check_address()


def test_passwords_in_any_address_of_a_text_are_left_out() -> None:
    text = "POST http://me:p@ss@host:80/graphql failed, https://wandb.ai/a@b too (ftp://x@y)"
    assert without_password(text) == "POST http://host:80/graphql failed, https://wandb.ai/a@b too (ftp://y)"


def synced_saying(store: Path) -> tuple[list[str], list[str]]:
    """The ids of the runs that came, and what was said."""
    said: list[str] = []
    report = sync_api("mlds-lab", "neuralODEs", None, store, said.append, lambda done, total: None)
    assert report.failed == ()
    return ids(report.new), said


def test_a_server_that_does_not_know_what_runs_used_costs_the_datasets_alone(stub: StubServer, tmp_path: Path) -> None:
    stub.runs = [stub_run(f"r{i}") for i in range(12)]
    stub.lacks = {"RunInputArtifacts"}
    came, said = synced_saying(tmp_path / "store")
    assert len(came) == 12
    assert len(said) == 1 and "does not list what runs used" in said[0]
    assert stub.count("RunInputArtifacts") < 12 * 3  # each of four threads tries again, then nobody asks
    assert detail(tmp_path / "store", "r1").model_sha256 is not None
    assert len(synced(tmp_path / "store").unchanged) == 12


def test_a_server_that_refuses_to_list_artifacts_costs_the_models_alone(stub: StubServer, tmp_path: Path) -> None:
    stub.runs = [stub_run("r1"), stub_run("r2")]
    stub.faults = {"RunOutputArtifacts": ["400"] * 2}
    came, said = synced_saying(tmp_path / "store")
    assert came == ["r1", "r2"]
    assert len(said) == 1 and "does not list the artifacts of runs" in said[0]
    assert detail(tmp_path / "store", "r1").model_problem == "The W&B server does not list the run's artifacts."


def test_odd_content_of_a_run_costs_that_run_at_most(stub: StubServer, tmp_path: Path) -> None:
    odd = [{"_step": 1, "_timestamp": 1.8e12, "d": {"e": 1}, "big": 10**400, "": 2, "x": "NaN", "l": [1]}]
    stub.runs = [
        stub_run("good", artifacts=[]),
        stub_run("odd", config={"": 1, "a\udce9": "b\udce9"}, summary={"evaluations": [{"dataset": [1]}]}, history=odd),
        stub_run("stepless", history=[{"_step": "one"}], artifacts=[]),
        stub_run("timeless", created_at="yesterday", heartbeat_at="0001-01-01T00:00:00+23:00"),
        stub_run("named", "g\0", notes="\udce9", tags=["t\udce9"], artifacts=[StubArtifact("n", "n.eqx", b"1")]),
    ]
    store = tmp_path / "store"
    report = synced(store)
    assert ids(report.new) == ["good", "odd", "timeless", "named"]
    (failed,) = report.failed
    assert failed.where == "mlds-lab/neuralODEs/stepless"
    assert detail(store, "odd").extra_parameters == {"": 1, r"a\udce9": r"b\udce9"}
    assert list(detail(store, "odd").history_stats["key"]) == ["", "big", "d.e", "x"]
    assert detail(store, "named").notes == r"\udce9"


def test_a_preempted_run_is_the_same_from_both_sources(stub: StubServer, tmp_path: Path) -> None:
    from google.protobuf.json_format import ParseDict
    from wandb.proto.wandb_internal_pb2 import Record

    from tests.runner.test_wandb_framing import framed, read

    path = run_file(tmp_path / "wandb", "pre")
    records, _ = read(path.read_bytes())
    ended = [ParseDict({"preempting": {}}, Record()), ParseDict({"exit": {"exitCode": 143}}, Record())]
    path.write_bytes(framed([*records[:-1], *(record.SerializeToString() for record in ended)]))
    sync_local(tmp_path / "wandb", None, tmp_path / "local", pytest.fail, lambda done, total: None)
    stub.runs = [stub_run("pre", state="preempted")]
    synced(tmp_path / "api")
    found = []
    for store in (tmp_path / "local", tmp_path / "api"):
        with read_catalogue(store) as con:
            found += con.sql("SELECT state, reason FROM runs").fetchall()
    assert found == [("killed", "The run was preempted: its machine was taken away before its end.")] * 2


def test_the_exit_code_is_1_if_every_run_failed(tmp_path: Path) -> None:
    wandb_dir = tmp_path / "wandb"
    broken = run_file(wandb_dir, "broken")
    broken.write_bytes(b"broken")
    arguments = ["sync", "--all", "--store", str(tmp_path / "store"), "--wandb-dir", str(wandb_dir)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, "1 failed" in result.output) == (1, True)
    run_file(wandb_dir, "good")
    assert CliRunner().invoke(app, arguments).exit_code == 0


def test_the_folder_of_jobs_may_be_named(tmp_path: Path) -> None:
    for job in range(3):
        run_file(tmp_path / "multirun" / "2026-01-01" / "12-00" / str(job) / "wandb", f"r{job}", run_group="g")
    arguments = ["sync", "g", "--store", str(tmp_path / "store"), "--wandb-dir", str(tmp_path / "multirun")]
    result = CliRunner().invoke(app, arguments)
    assert "3 new: r0, r1, r2" in result.output, result.output
