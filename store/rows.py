"""From a run record to the rows of the catalogue's tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from orbitsens.config import LoggedConfig, is_seed, read_logged
from store.canonical import canonical_json, digest, number, schedule_text, whole_number
from store.curves import CurveFile, history_hash, normalised, stats_rows
from store.measured import divergence, lost_value, metric_rows, unsolved, without_orbits
from store.models import Model, examine
from store.records import RunRecord

TABLES = ("runs", "parameters", "extra_parameters", "metrics", "history_stats")

# Enters every record's hash: raise it when the same record makes other rows than before, and syncs renew them.
_ROWS_VERSION = 4

Row = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A record with its history in order, its model's bytes and the hash of its content."""

    record: RunRecord
    run_key: str
    history: pa.Table
    model: Model
    content_hash: str

    @property
    def record_hash(self) -> str:
        """Hash of all that the source says of the run, its model included."""
        return self.hash_with_model(self.model.sha256 or self.model.problem or "")

    def hash_with_model(self, model: str) -> str:
        """Return what the record's hash is with a model of this checksum."""
        return digest(self.content_hash, model)


def prepare(record: RunRecord) -> Prepared:
    """Read what a record refers to and hash it; which source it came from, and its address there, do not enter."""
    history = normalised(record.history)
    content: dict[str, Any] = {
        "rows_version": _ROWS_VERSION,
        "name": record.name,
        "group": record.group,
        "state": record.state,
        "reason": record.reason,
        "created_at": _iso(record.created_at),
        "finished_at": _iso(record.finished_at),
        "tags": record.tags,
        "notes": record.notes,
        "config": record.config,
        "summary": record.summary,
        "sweep_id": record.sweep_id,
    }
    if record.assumed:
        content["assumed"] = record.assumed
    run_key = f"{record.entity}/{record.project}/{record.run_id}"
    content_hash = digest(run_key, canonical_json(content), history_hash(history))
    return Prepared(record, run_key, history, examine(record.model), content_hash)


def rows_of(run: Prepared, curve: CurveFile | None, model_file: str | None) -> dict[str, list[Row]]:
    """Return the rows of one run by table."""
    logged = _as_meant(read_logged(run.record.config), run.record.assumed)
    summary = run.record.summary
    parameters, extra = _parameters(logged)
    return {
        "runs": [_run_row(run, logged, curve, model_file)],
        "parameters": [{"run_key": run.run_key, **parameters, **_derived(summary)}],
        "extra_parameters": [
            {"run_key": run.run_key, "key": key, "value": canonical_json(value)} for key, value in extra.items()
        ],
        "metrics": metric_rows(run.run_key, summary, parameters.get("dataset_name")),
        "history_stats": stats_rows(run.run_key, run.history),
    }


def _run_row(run: Prepared, logged: LoggedConfig, curve: CurveFile | None, model_file: str | None) -> Row:
    record, summary = run.record, run.record.summary
    state, reason = _state(run)
    ours = record.config.get("orbitsens")
    hashes = ours if isinstance(ours, Mapping) else {}
    created, finished = _utc(record.created_at), _utc(record.finished_at)
    return {
        "run_key": run.run_key,
        "entity": record.entity,
        "project": record.project,
        "run_id": record.run_id,
        "name": record.name,
        "group": record.group,
        "state": state,
        "reason": reason,
        "created_at": created,
        "finished_at": finished,
        "duration": (finished - created).total_seconds() if created and finished else None,
        "tags": list(record.tags),
        "notes": record.notes,
        "url": record.url,
        "source": record.source,
        "record_hash": run.record_hash,
        "setting_hash": str(hashes.get("setting_hash") or _hash_of(logged, seeds=False)),
        "config_hash": str(hashes.get("config_hash") or _hash_of(logged, seeds=True)),
        "config": canonical_json(record.config),
        "summary": canonical_json(without_orbits(summary)),
        "curve_file": curve.name if curve else None,
        "curve_sha256": curve.sha256 if curve else None,
        "n_history_rows": run.history.num_rows,
        "model_file": model_file,
        "model_sha256": run.model.sha256,
        "model_bytes": None if run.model.content is None else len(run.model.content),
        "model_problem": run.model.problem,
        "n_parameters": whole_number(summary.get("n_parameters")),
        "train_seconds": number(summary.get("train_seconds")),
        "sweep_id": record.sweep_id,
        "assumed": canonical_json(record.assumed) if record.assumed else None,
        "numerics": whole_number(hashes.get("numerics")),
    }


def _state(run: Prepared) -> tuple[str, str | None]:
    record, summary = run.record, run.record.summary
    finished = record.state == "finished"
    diverged = divergence(summary, run.history) if finished else None
    lost = lost_value(summary) if finished and not diverged else None
    reasons = [reason for reason in (record.reason, diverged, lost, unsolved(summary), _doubts(record)) if reason]
    return "diverged" if diverged else record.state, " ".join(reasons) or None


def _doubts(record: RunRecord) -> str | None:
    """What was doubtful about the run's dataset files when it was trained."""
    ours = record.config.get("orbitsens")
    doubts = ours.get("doubts") if isinstance(ours, Mapping) else None
    return " ".join(text for text in doubts if isinstance(text, str)) if isinstance(doubts, list | tuple) else None


def _as_meant(logged: LoggedConfig, assumed: Mapping[str, Any]) -> LoggedConfig:
    """Return logged keys with their present names for values that meant something else; unset ones stay unset."""
    meant = {key: value for key, value in assumed.items() if key in logged.known or key in logged.extra}
    return LoggedConfig(logged.known | meant, {key: value for key, value in logged.extra.items() if key not in meant})


def _parameters(logged: LoggedConfig) -> tuple[Row, Row]:
    """Split into typed columns and extra keys; a whole number beyond 64 bits has no column."""
    typed, extra = {}, dict(logged.extra)
    for key, value in logged.known.items():
        if isinstance(value, int) and whole_number(int(value)) is None:
            extra[key] = value
        else:
            typed[key] = schedule_text(value) if isinstance(value, tuple) else value
    return typed, extra


def _derived(summary: Mapping[str, Any]) -> Row:
    """What data and schedules came to; without `segment_ratio_final`, the schedule's last entry stands for it."""
    schedule = summary.get("segment_ratio")
    last = schedule[-1] if isinstance(schedule, list | tuple) and schedule else schedule
    final = summary.get("segment_ratio_final")
    counts = ("num_train_orbits", "num_total_orbits", "num_total_segments")
    return {
        **{key: whole_number(summary.get(key)) for key in counts},
        "segment_ratio_final": number(last if final is None else final),
    }


def _hash_of(logged: LoggedConfig, *, seeds: bool) -> str:
    """Hash the keys that a run without logged hashes does have: one that is missing differs from every value."""
    content = {key: value for key, value in (logged.known | logged.extra).items() if seeds or not is_seed(key)}
    return digest(canonical_json(content))[:16]


def _utc(time: datetime | None) -> datetime | None:
    """Return a time in UTC without a time zone, as the catalogue keeps it; one without a zone is UTC already."""
    if time is None or time.tzinfo is None:
        return time
    return time.astimezone(UTC).replace(tzinfo=None)


def _iso(time: datetime | None) -> str | None:
    found = _utc(time)
    return found.isoformat(timespec="microseconds") if found else None
