"""Runs on the stub of the W&B server: made up, or the very runs that lie in a local folder; and syncing from it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import wandb
from wandb.proto.wandb_internal_pb2 import Record

from runner import tracking
from runner.sync import sync_api
from runner.wandb_files import local_listing
from runner.wandb_framing import read_records
from runner.wandb_local import read_run
from runner.wandb_records import merged
from runner.wandb_values import to_json_like
from store import queries
from store.connect import read_catalogue
from store.publish import SyncReport
from store.queries import RunDetail
from store.records import RunRecord
from tests.runner.graphql_answers import StubArtifact, StubRun, StubServer
from tests.runner.graphql_stub import KEY


def log_to(stub: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have online runs go to the stub: wandb reads the environment once in a process, and other tests were before."""
    monkeypatch.setattr(tracking, "SECONDS_TO_SEND", 3)
    fast = tracking._fast_settings

    def settings() -> wandb.Settings:
        made = fast()
        made.base_url, made.api_key = stub.url, KEY
        return made

    monkeypatch.setattr(tracking, "_fast_settings", settings)


def stub_run(run_id: str, group: str | None = "g", *, n_steps: int = 20, **changes: Any) -> StubRun:
    """A finished run with a model, a row each step, and an evaluation."""
    rows = [
        {"_step": s, "step": s, "_timestamp": 1.7e9 + s, "_runtime": float(s), "train_loss": 1 / s}
        for s in range(1, n_steps + 1)
    ]
    metrics = {"acceleration_error": {"mean": 7.5, "per_orbit": [7.0, 8.0]}}
    evaluation = {"dataset": "complex_TBP_planar_10_test", "split": "test", "n_orbits": 2, "metrics": metrics}
    fields: dict[str, Any] = {
        "entity": "mlds-lab",
        "project": "neuralODEs",
        "run_id": run_id,
        "group": group,
        "name": f"run {run_id}",
        "state": "finished",
        "created_at": "2026-01-28T12:00:00Z",
        "heartbeat_at": "2026-01-28T12:01:00Z",
        "config": {"data": {"dataset_name": "complex_TBP_planar_10_train"}, "parameters": {"seed": 1, "width": 64}},
        "summary": {"train_loss": 0.05, "evaluations": [evaluation], "_timestamp": 1.7e9 + n_steps},
        "history": rows,
        "artifacts": [StubArtifact(run_id, f"{run_id}.eqx", b"{}\n" + run_id.encode() * 100)],
    }
    return StubRun(**(fields | changes))


def as_on_the_server(wandb_dir: Path) -> list[StubRun]:
    """The runs of a local folder as the server has them once they are sent."""
    return [_sent(run.paths) for run in local_listing(wandb_dir)]


def _sent(paths: tuple[Path, ...]) -> StubRun:
    (record,) = read_run(paths)
    assert isinstance(record, RunRecord)
    head = messages(paths[0], "run")[0]
    history = [
        {(item.key or ".".join(item.nested_key)): _value(item.value_json) for item in row.item}
        for row in messages(paths[0], "history")
    ]
    config = merged([head.config, *messages(paths[0], "config")])
    created = head.start_time.ToDatetime(UTC)
    return StubRun(
        entity=record.entity,
        project=record.project,
        run_id=record.run_id,
        group=record.group,
        name=record.name,
        state=record.state,
        created_at=created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        heartbeat_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        config=config,
        summary=merged(messages(paths[0], "summary")),
        history=history,
        tags=list(record.tags),
        notes=record.notes,
        artifacts=[StubArtifact(record.run_id, f"{record.run_id}.eqx", record.model.path.read_bytes())]
        if record.model
        else [],
    )


def messages(path: Path, kind: str) -> list[Any]:
    """The records of one type in a run's file, as wandb's own messages."""
    records = map(Record.FromString, read_records(path.read_bytes()))
    return [getattr(record, kind) for record in records if record.HasField(kind)]


def _value(text: str) -> object:
    value = json.loads(text)
    return to_json_like(value)


def synced(store: Path, groups: list[str] | None = None, since: datetime | None = None) -> SyncReport:
    """Sync the project of the stub's runs."""
    return sync_api("mlds-lab", "neuralODEs", groups, store, pytest.fail, lambda done, total: None, since)


def ids(run_keys: tuple[str, ...]) -> list[str]:
    """The run ids of run keys."""
    return [key.rpartition("/")[2] for key in run_keys]


def detail(store: Path, run_id: str) -> RunDetail:
    """What the store has of a run."""
    with read_catalogue(store) as con:
        return queries.run(con, f"mlds-lab/neuralODEs/{run_id}")
