"""Datasets as W&B artifacts: the real client against a server on this machine, which then goes away."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from orbitsens.config import ConfigError, RunConfig, expand
from orbitsens.config.sweepfile import parse_sweep
from orbitsens.datasets import test_dataset as orbits_of_the_test, training_dataset
from runner.dataset_artifacts import dataset_fetcher
from runner.sync import sync_local
from runner.tracking import close_run, start_run
from store import queries
from store.connect import read_catalogue
from store.datasets import FOLDER, dataset_problems, keep_dataset, note_reference
from store.doctor import examine
from store.filters import of_group
from store.repair import repair
from tests.config.test_dataset_files import write_orbits
from tests.runner.graphql_answers import StubArtifact, StubServer
from tests.runner.graphql_stub import KEY, serving
from tests.runner.server_runs import log_to, stub_run

PINNED = "wandb:mlds-lab/neuralODEs/flights:v3"
SWEEP = f"""
wandb: {{group: flown}}
data: {{dataset_name: flights, dataset_file: '{PINNED}', test_file: 'wandb:flights:latest'}}
parameters: {{width: 4, depth: 1, steps_strategy: 3, lr_strategy: 0.01, segment_length_strategy: 5, eval_every: 3}}
"""


@pytest.fixture
def flights(tmp_path: Path) -> bytes:
    return write_orbits(tmp_path / "flights.json", lengths=(40, 25, 33)).read_bytes()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, flights: bytes) -> Iterator[StubServer]:
    used = StubArtifact("flights", "flights.json", flights, kind="dataset", version=3)
    with serving([stub_run("r1", used=[used])]) as server:
        monkeypatch.setenv("WANDB_BASE_URL", server.url)
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        monkeypatch.setattr("runner.patience.WAITS", (0.1, 0.2))
        yield server


def run_of(store: Path, reference: str, said: list[str] | None = None, **data: object) -> RunConfig:
    raw = {
        "wandb": {"group": "g"},
        "data": {"dataset_name": "flights", "dataset_file": reference, **data},
        "parameters": {"segment_length_strategy": 5},
    }
    (run,) = expand(parse_sweep(raw), fetch=dataset_fetcher(store, [].append if said is None else said.append))
    return run


@pytest.mark.parametrize("written", [PINNED, "wandb:flights:v3", "wandb:neuralODEs/flights:latest"])
def test_an_artifact_is_fetched_checked_and_pinned(stub: StubServer, tmp_path: Path, written: str) -> None:
    said: list[str] = []
    run = run_of(tmp_path / "store", written, said)
    assert said == [f"Fetching {PINNED} from W&B."]
    # What is logged names the artifact, its version and what was in it, not where it lies here.
    assert run.logged()["data"]["dataset_file"] == PINNED
    assert str(tmp_path) not in str(run.logged())
    assert len(run.data.dataset_sha256 or "") == 64
    orbits = training_dataset(run.data)
    assert (orbits.name, orbits.mask.sum(axis=1).tolist()) == ("flights", [40, 25, 33])
    assert list(dataset_problems(tmp_path / "store")) == []


def test_it_is_the_same_run_as_one_on_the_file(stub: StubServer, tmp_path: Path) -> None:
    here, there = (run_of(tmp_path / "store", text) for text in (str(tmp_path / "flights.json"), PINNED))
    assert (here.hash, here.setting) == (there.hash, there.setting)
    assert here.data.dataset_file != there.data.dataset_file


def test_a_test_artifact_is_a_label_and_a_dataset(stub: StubServer, tmp_path: Path) -> None:
    run = run_of(tmp_path / "store", str(tmp_path / "flights.json"), test_file="wandb:flights:latest")
    assert (run.data.test_file, run.data.test_name) == (PINNED, "flights:v3")
    orbits = orbits_of_the_test(run.data)
    assert orbits is not None and orbits.name == "flights:v3"


def test_what_is_fetched_needs_no_server_again(flights: bytes, stub: StubServer, tmp_path: Path) -> None:
    store = tmp_path / "store"
    before = run_of(store, PINNED)
    asked = len(stub.requests)
    said: list[str] = []
    assert run_of(store, PINNED, said) == before
    assert (said, len(stub.requests)) == ([], asked)
    # An alias is asked for, and what it means is here already.
    assert run_of(store, "wandb:flights:latest", said) == before
    assert (said, stub.count("manifest", "file")) == ([], 2)
    stub.runs[0].used[0].content, stub.runs[0].used[0].version = flights.replace(b"7000", b"7001"), 4
    assert run_of(store, "wandb:flights:latest", said).hash != before.hash
    assert said == ["Fetching wandb:mlds-lab/neuralODEs/flights:v4 from W&B."]
    assert run_of(store, PINNED).hash == before.hash


def test_without_the_server_the_message_says_what_to_do(
    stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    before = run_of(store, PINNED)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert run_of(store, PINNED) == before
    with pytest.raises(ConfigError, match=r"^data\.dataset_file: .*flights:latest .*:9 does not answer \(a version"):
        run_of(store, "wandb:flights:latest")
    with pytest.raises(ConfigError, match=r"flights:v2 has to be fetched from W&B, and .* does not answer\.$"):
        run_of(store, "wandb:flights:v2")
    monkeypatch.setenv("WANDB_BASE_URL", stub.url)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.delenv("WANDB_API_KEY")
    with pytest.raises(ConfigError, match=r"needs a key: run `wandb login`, or set WANDB_API_KEY\.$"):
        run_of(store, "wandb:flights:v2")


@pytest.mark.parametrize(
    ("changes", "reference", "says"),
    [
        (
            {},
            "wandb:elsewhere/flights:v3",
            r"no artifact .*/elsewhere/flights:v3 on http.* or you may not see it",
        ),
        ({}, "wandb:flight:v3", "no artifact mlds-lab/neuralODEs/flight:v3 on"),
        ({}, "wandb:flights:v3/other.json", r"no other\.json in this artifact: .*flights:v3 holds flights\.json"),
        ({"state": "DELETED"}, PINNED, "flights:v3 is deleted on http.*; name another version"),
        ({"served": b"other"}, PINNED, "The file flights.json is damaged: it is not the one that was logged"),
        ({"lost": True}, PINNED, "The artifact cannot be fetched"),
        ({"file_name": "orbits.pkl"}, PINNED, r"holds orbits\.pkl, and none of it is one of \.npz, \.json"),
        ({"content": b"[]"}, PINNED, "not a dataset file: the file holds no mapping"),
        ({}, "wandb:flights", "not a reference to an artifact: write wandb:entity/project/name:version"),
        ({}, "wandb:flights:v3/orbits.pkl", "a pickle can run any code when it is read"),
    ],
)
def test_an_artifact_that_is_not_to_be_had_is_one_sentence(
    stub: StubServer, tmp_path: Path, changes: dict[str, object], reference: str, says: str
) -> None:
    for name, value in changes.items():
        setattr(stub.runs[0].used[0], name, value)
    with pytest.raises(ConfigError, match=says) as caught:
        run_of(tmp_path / "store", reference)
    assert "\n" not in str(caught.value)


def test_of_several_files_one_is_named(tmp_path: Path) -> None:
    store, files = tmp_path / "store", tmp_path / "files"
    (files / "later").mkdir(parents=True)
    for i, name in enumerate(("a.json", "later/b.npz")):
        write_orbits(files / name, lengths=(30 + i,))
    (files / "README.md").write_text("orbits")
    folder = store / FOLDER / "several-1"
    folder.parent.mkdir(parents=True)
    keep_dataset(folder, files)
    note_reference(store, "mlds-lab/neuralODEs/several:v1", folder)
    run = run_of(store, "wandb:several:v1/later/b.npz")
    assert training_dataset(run.data).t.shape == (1, 31)
    assert run.data.dataset_file == "wandb:mlds-lab/neuralODEs/several:v1/later/b.npz"
    with pytest.raises(ConfigError, match=r"holds README\.md, a\.json, later/b\.npz; name one, such as .*/a\.json"):
        run_of(store, "wandb:several:v1")


def test_a_damaged_copy_is_not_trained_on(stub: StubServer, tmp_path: Path) -> None:
    store = tmp_path / "store"
    run_of(store, PINNED)
    (kept,) = (store / FOLDER).glob("*/flights.json")
    kept.write_bytes(b"{}")
    with pytest.raises(ConfigError, match=r"flights\.json is damaged: the checksum fails; `python -m runner doctor"):
        run_of(store, PINNED)
    kept.unlink()
    with pytest.raises(ConfigError, match=r"flights\.json is missing"):
        run_of(store, PINNED)


def test_an_online_run_is_marked_as_using_it_and_the_store_keeps_the_reference(
    stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_to(stub, monkeypatch)
    store, wandb_dir, said = tmp_path / "store", tmp_path / "wandb", []
    config = run_of(store, "wandb:flights:latest")
    for mode, run_id in (("online", "first"), ("offline", "second")):
        run = start_run(config, run_id=run_id, name=run_id, mode=mode, wandb_dir=wandb_dir, code={}, say=said.append)
        close_run(run, 0)
    assert (stub.uses, said) == ([("first", "r1/flights")], [])

    sync_local(wandb_dir, ["g"], store, pytest.fail, lambda done, total: None)
    with read_catalogue(store) as con:
        for run_id in ("first", "second"):
            known = queries.run(con, f"mlds-lab/neuralODEs/{run_id}").parameters
            assert (known["dataset_file"], known["dataset_sha256"]) == (PINNED, config.data.dataset_sha256)


def test_a_run_goes_on_if_the_server_does_not_take_the_mark(
    stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_to(stub, monkeypatch)
    config, said = run_of(tmp_path / "store", PINNED), []
    stub.runs.clear()
    run = start_run(config, run_id="r", name="r", mode="online", wandb_dir=tmp_path / "wandb", code={}, say=said.append)
    close_run(run, 0)
    assert len(said) == 1
    assert f"The W&B server does not note that run r uses {PINNED}" in said[0]


def runner(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "sweep.yaml").write_text(SWEEP)
    environment = os.environ | {"WANDB_DIR": str(folder), "ORBITSENS_STORE": str(folder / "store")}
    arguments = [sys.executable, "-m", "runner", command, str(folder / "sweep.yaml")]
    return subprocess.run(arguments, check=False, capture_output=True, text=True, env=environment, timeout=250)


def test_plan_takes_an_artifact(stub: StubServer, tmp_path: Path) -> None:
    planned = runner("plan", tmp_path)
    assert (planned.returncode, planned.stderr.strip()) == (0, f"Fetching {PINNED} from W&B.")
    assert "1 run of 1 setting in group 'flown'" in planned.stdout
    stub.runs.clear()
    planned = runner("plan", tmp_path)
    assert (planned.returncode, planned.stdout) == (2, "")
    assert planned.stderr.startswith("data.test_file: There is no artifact mlds-lab/neuralODEs/flights:latest on http")
    assert len(planned.stderr.splitlines()) == 1


@pytest.mark.slow
def test_a_sweep_trains_on_an_artifact(stub: StubServer, tmp_path: Path) -> None:
    trained = runner("sweep", tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "1 of 1 runs finished" in trained.stdout
    with read_catalogue(tmp_path / "store") as con:
        rows = queries.run_metric(con, of_group("flown"), "acceleration_error", "flights:v3", "test")
    assert rows["dataset_file"].tolist() == rows["test_file"].tolist() == [PINNED]
    assert rows["n_orbits"].tolist() == [3] and np.isfinite(rows["value"]).all()


def test_doctor_puts_a_damaged_copy_aside_and_the_next_plan_fetches_it(stub: StubServer, tmp_path: Path) -> None:
    store, wandb_dir = tmp_path / "store", tmp_path / "wandb"
    config = run_of(store, PINNED)
    run = start_run(config, run_id="r", name="r", mode="offline", wandb_dir=wandb_dir, code={})
    close_run(run, 0)
    sync_local(wandb_dir, ["g"], store, pytest.fail, lambda done, total: None)
    (kept,) = (store / FOLDER).glob("*/flights.json")
    kept.write_bytes(b"{}")
    repair(store, pytest.fail)
    assert run_of(store, PINNED) == config
    assert examine(store) == []
