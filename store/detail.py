"""All that the store knows of one run."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from store.errors import StoreError
from store.frames import arrow, frame


@dataclass(frozen=True)
class RunDetail:
    """One run. `parameters` has every typed key, None where the run did not log it; schedules are JSON text.

    `metrics` and `history_stats` are DataFrames with the columns of the tables of these names, without `run_key`; the
    values per orbit are asked for on their own.
    Times are UTC, `duration` and `train_seconds` in s. `model_file` lies below the store's `models/`. `assumed` has
    the values of keys that the run did not log and that its model was read with.
    """

    run_key: str
    entity: str
    project: str
    run_id: str
    name: str
    group: str | None
    state: str
    reason: str | None
    created_at: datetime | None
    finished_at: datetime | None
    duration: float | None
    tags: tuple[str, ...]
    notes: str | None
    url: str | None
    source: str
    setting_hash: str
    config_hash: str
    config: dict[str, Any]
    summary: dict[str, Any]
    parameters: dict[str, Any]
    extra_parameters: dict[str, Any]
    metrics: pd.DataFrame
    history_stats: pd.DataFrame
    n_history_rows: int
    model_file: str | None
    model_sha256: str | None
    model_bytes: int | None
    model_problem: str | None
    n_parameters: int | None
    train_seconds: float | None
    sweep_id: str | None
    assumed: dict[str, Any]
    numerics: int | None


def run_detail(con: duckdb.DuckDBPyConnection, run_key: str) -> RunDetail:
    """Return all of one run.

    Raises:
        StoreError: there is no such run.
    """
    bound = {"run_key": run_key}
    rows = arrow(con, "run", bound).to_pylist()
    if not rows:
        raise StoreError(f"There is no run {run_key} in the store: sync its group, or choose another run.")
    row = {k: v for k, v in rows[0].items() if k not in ("record_hash", "curve_file", "curve_sha256")}
    extra = arrow(con, "run_extra_parameters", bound).to_pylist()
    return RunDetail(
        **row
        | {
            "tags": tuple(row["tags"]),
            "config": json.loads(row["config"]),
            "summary": json.loads(row["summary"]),
            "assumed": json.loads(row["assumed"] or "{}"),
            "parameters": arrow(con, "run_parameters", bound).to_pylist()[0],
            "extra_parameters": {pair["key"]: json.loads(pair["value"]) for pair in extra},
            "metrics": frame(con, "run_metrics", bound),
            "history_stats": frame(con, "run_history_stats", bound),
        }
    )
