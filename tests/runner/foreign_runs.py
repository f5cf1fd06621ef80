"""Offline runs of programs that are not ours, by wandb itself, and run files with records as they are wished."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import wandb
from google.protobuf.timestamp_pb2 import Timestamp
from wandb.proto.wandb_internal_pb2 import Record

from runner.wandb_local import has_end_record
from tests.runner.test_wandb_framing import framed

FAST = {"silent": True, "console": "off", "disable_git": True, "disable_code": True, "x_disable_stats": True}


def foreign_run(folder: Path, run_id: str | None, **options: Any) -> wandb.Run:
    """Open an offline run below `folder`/wandb."""
    folder.mkdir(parents=True, exist_ok=True)
    return wandb.init(
        dir=folder,
        id=run_id,
        entity="e",
        project="p",
        mode="offline",
        reinit="create_new",
        settings=wandb.Settings(**FAST),
        **options,
    )


def finish(run: wandb.Run, exit_code: int = 0) -> Path:
    """Close a run and return its file, once its end is on disk."""
    path = Path(run.settings.sync_file)
    run.finish(exit_code=exit_code)
    end = time.monotonic() + 60
    while not has_end_record(path):
        assert time.monotonic() < end
        time.sleep(0.002)
    return path


def run_file(
    wandb_dir: Path,
    run_id: str,
    *,
    config: Mapping[str, str] | None = None,
    summary: Mapping[str, str] | None = None,
    rows: tuple[Mapping[str, str], ...] = (),
    start: int = 1_790_000_000,
    **head: Any,
) -> Path:
    """Write the file of a finished run; `config`, `summary` and `rows` map keys to JSON texts as they stand."""
    records = [Record()]
    run = records[0].run
    run.run_id, run.entity, run.project = run_id, "e", "p"
    run.start_time.CopyFrom(Timestamp(seconds=start))
    for name, value in head.items():
        if isinstance(value, list):
            getattr(run, name).extend(value)
        else:
            setattr(run, name, value)
    for key, text in (config or {}).items():
        run.config.update.add(key=key, value_json=text)
    for i, row in enumerate(rows):
        record = Record()
        record.history.step.num = i
        for key, text in (row | {"_step": json.dumps(i)}).items():
            record.history.item.add(nested_key=[key], value_json=text)
        records.append(record)
    if summary:
        record = Record()
        for key, text in summary.items():
            record.summary.update.add(nested_key=[key], value_json=text)
        records.append(record)
    ended = Record()
    ended.exit.exit_code = 0
    path = wandb_dir / f"offline-run-20260101_000000-{run_id}" / f"run-{run_id}.wandb"
    path.parent.mkdir(parents=True)
    path.write_bytes(framed([record.SerializeToString() for record in [*records, ended]]))
    return path
