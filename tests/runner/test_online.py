"""Online logging against a server on this machine, which goes away in the middle."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from orbitsens.config import ConfigError
from runner import tracking
from runner.tracking import finish_run, log_rows, start_run
from runner.wandb_local import local_runs
from store.records import RunRecord
from tests.runner.graphql_stub import KEY, serving
from tests.runner.runs import run_config
from tests.runner.server_runs import log_to, messages


def test_a_run_goes_on_when_the_server_goes_away_and_the_next_one_starts_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "SECONDS_TO_START", 3)
    wandb_dir, model, said = tmp_path / "wandb", tmp_path / "model.eqx", []
    model.write_bytes(b"{}\nmodel")

    def start(run_id: str, say: object = said.append) -> tracking.TrackedRun:
        return start_run(run_config(), run_id=run_id, name=run_id, mode="online", wandb_dir=wandb_dir, code={}, say=say)

    with serving() as stub:
        log_to(stub, monkeypatch)
        run = start("first")
        log_rows(run, {"step": np.arange(1, 4), "train_loss": np.ones(3)})
        assert stub.count("UpsertBucket") == 1
    log_rows(run, {"step": np.arange(4, 200), "train_loss": np.ones(196)})
    finish_run(run, {"best_loss": 0.5}, model, say=said.append)
    assert len(said) == 1
    assert (
        f"run first is whole on this machine; send it later with `wandb sync --include-online {run.directory}`"
        in said[0]
    )
    assert [artifact.name for artifact in messages(run.directory / "run-first.wandb", "artifact")] == ["first"]
    with serving() as stub:
        subprocess.run(
            [sys.executable, "-m", "wandb", "sync", "--include-online", str(run.directory)],
            cwd=tmp_path,
            env=os.environ | {"WANDB_BASE_URL": stub.url, "WANDB_API_KEY": KEY, "WANDB_MODE": "online"},
            check=True,
        )
        assert [stub.count(what) for what in ("UpsertBucket", "CreateArtifact")] == [2, 1]

    run = start("second")
    assert f"run {run.run_id} stays on this machine; send it later with `wandb sync`" in said[1]
    log_rows(run, {"step": np.arange(1, 3), "train_loss": np.ones(2)})
    finish_run(run, {}, model)

    records = {record.name: record for record in local_runs(wandb_dir, None)}
    for record, n_rows in ((records["first"], 199), (records["second"], 2)):
        assert isinstance(record, RunRecord)
        assert (record.state, record.reason, len(record.history)) == ("finished", None, n_rows)
        assert record.model is not None and record.model.path is not None
        assert record.model.path.read_bytes() == b"{}\nmodel"
    assert len(records) == len(list(wandb_dir.glob("*run-*_*"))) == 2
    with pytest.raises(ConfigError, match=r"cannot start the run.*--wandb offline"):
        start("third", None)
