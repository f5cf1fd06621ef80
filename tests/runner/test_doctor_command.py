"""`doctor` on a store of real runs: it finds what is wrong, and brings again what lies on this machine."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from runner.__main__ import app
from runner.sync import sync_local
from tests.runner.runs import finished_runs
from tests.store.looking import everything


def doctor(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["doctor", *arguments])
    return result.exit_code, result.stdout


def test_a_damaged_model_is_brought_again_from_the_local_run(tmp_path: Path) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    finished_runs(wandb_dir, 2, "g1", n_steps=20)
    sync_local(wandb_dir, ["g1"], store, pytest.fail, lambda done, total: None)
    before = everything(store)
    where = ("--store", str(store), "--wandb-dir", str(tmp_path))
    assert doctor(*where) == (0, f"The run store {store} is whole.\n")

    min((store / "models").iterdir()).write_bytes(b"damaged")
    code, said = doctor(*where)
    assert code == 1
    assert "WRONG  The model of run mlds-lab/neuralODEs/g1-" in said
    assert "1 thing is wrong" in said
    code, said = doctor(*where, "--json")
    (finding,) = json.loads(said)["findings"]
    assert (code, finding["kind"], finding["group"], finding["harmless"]) == (1, "file", "g1", False)

    code, said = doctor(*where, "--repair")
    assert code == 0
    assert "Synced group 'g1' from" in said
    rows, files = everything(store)
    assert (rows, {name: files[name] for name in before[1]}) == before


def test_runs_of_the_server_are_named_for_a_sync(tmp_path: Path) -> None:
    from dataclasses import replace

    from tests.factories import filled_store, run_record

    filled_store(tmp_path / "store", [replace(run_record(0, model_dir=tmp_path), source="api")])
    min((tmp_path / "store" / "models").iterdir()).unlink()
    code, said = doctor("--store", str(tmp_path / "store"), "--wandb-dir", str(tmp_path), "--repair")
    assert code == 1
    assert "python -m runner sync 'sweep-seeds-v2' --source api" in said
