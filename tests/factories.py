"""Run records for tests: runs as orbitsens logs them and as the team logged them years ago, in every state.

All is a function of the arguments, so the same call makes the same record.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from orbitsens.config import Data, Parameters, RunConfig
from orbitsens.config.sweepfile import Wandb
from store.publish import SyncReport, publish
from store.records import Incoming, ModelFile, RunRecord, State

ENTITY, PROJECT = "mlds-lab", "neuralODEs"
SEEDING = "sweep-seeds-v2"
TRAIN, TEST = "complex_TBP_planar_10_train", "complex_TBP_planar_10_test"
POINTWISE = ("acceleration_error", "accel_angle_deg", "radial_sign_violation_pct", "accel_dir_flip_pct")
N_ORBITS = 10
BEGIN = datetime(2026, 1, 28, 12, tzinfo=UTC)
EVAL_EVERY = 50


def run_record(
    seed: int = 0,
    *,
    group: str | None = SEEDING,
    run_id: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    train_error: float | None = None,
    test_error: float | None = None,
    state: State = "finished",
    reason: str | None = None,
    n_steps: int = 200,
    model_dir: Path | None = None,
    project: str = PROJECT,
) -> RunRecord:
    """A run as orbitsens logs it.

    `parameters` replace the seeding study's. The errors are mean acceleration errors in percent; unless given, some
    2.5 on the training and 7 on the test orbits, drawn from the seed. A run that is not finished has no evaluations
    and no model; one that is has its model file in `model_dir`, or none.
    """
    checked = Parameters(**{"seed": seed, **(parameters or {})})
    config = RunConfig(wandb=Wandb(group=group or "none"), data=Data(dataset_name=TRAIN), parameters=checked)
    rng = np.random.default_rng([seed, checked.width, checked.depth])
    train_error = train_error if train_error is not None else 2.5 * float(np.exp(rng.normal(scale=0.1)))
    test_error = test_error if test_error is not None else 7.0 * float(np.exp(rng.normal(scale=0.2)))
    identity = run_id or hashlib.sha256(f"{group} {config.hash}".encode()).hexdigest()[:8]
    history = logged_history(rng, n_steps, train_error)
    created = BEGIN + timedelta(seconds=40 * seed)
    ended = state not in ("running", "crashed")
    summary = last_values(history)
    if state == "finished":
        summary |= measured(rng, train_error, test_error)
    return RunRecord(
        entity=ENTITY,
        project=project,
        run_id=identity,
        name=f"quiet-orbit-{seed}",
        group=group,
        state=state,
        reason=reason,
        created_at=created,
        finished_at=created + timedelta(seconds=33.5) if ended else None,
        tags=("seeding", "test"),
        notes=None,
        url=None,
        config=config.logged()
        | {
            "orbitsens": {
                "version": "0.1.0",
                "config_hash": config.hash,
                "setting_hash": config.setting,
                "device": "cpu",
            }
        },
        summary=summary,
        history=history,
        model=model_file(model_dir, identity, seed) if model_dir and state == "finished" else None,
        source="local",
    )


def diverged_run(seed: int = 100, **changes: Any) -> RunRecord:
    """A run that W&B calls finished, with NaN (as text, as W&B returns it) for its test error."""
    record = run_record(seed, **changes)
    train, test = record.summary["evaluations"]
    metrics = {**test["metrics"], "acceleration_error": {"mean": "NaN", "per_orbit": ["NaN"] * N_ORBITS}}
    return replaced(record, summary={**record.summary, "evaluations": [train, {**test, "metrics": metrics}]})


def crashed_run(seed: int = 101, **changes: Any) -> RunRecord:
    """A run that stopped after a quarter of its steps without a word."""
    return run_record(seed, **{"state": "crashed", "reason": "It has no end and no news.", "n_steps": 50, **changes})


def failed_run(seed: int = 102, **changes: Any) -> RunRecord:
    """A run that ended before its first step: no history."""
    return run_record(seed, **{"state": "failed", "reason": "It ended with exit code 1.", "n_steps": 0, **changes})


def killed_run(seed: int = 103, **changes: Any) -> RunRecord:
    """A run that a person interrupted."""
    return run_record(seed, **{"state": "killed", "reason": "It ended with exit code 255.", "n_steps": 90, **changes})


def running_run(seed: int = 104, **changes: Any) -> RunRecord:
    """A run that is still training."""
    return run_record(seed, **{"state": "running", "reason": "It is still running.", "n_steps": 120, **changes})


def old_run(seed: int = 0, *, flat: bool = False, group: str | None = SEEDING, error: object = 7.5) -> RunRecord:
    """A run of years ago: half of the keys, one key that no longer exists, metrics as plain numbers of the summary.

    It logged neither its activation nor its evaluations; `flat` leaves out the sections of its config.
    """
    data = {"dataset_name": "complex_2BP_planar_10_train", "problem": "2BP"}
    parameters = {"seed": seed, "width": 64, "depth": 3, "lr_strategy": [0.001, 0.0001], "network": "mlp_v0"}
    rng = np.random.default_rng(seed)
    return RunRecord(
        entity=ENTITY,
        project=PROJECT,
        run_id=f"old{seed:05d}",
        name=f"dusty-comet-{seed}",
        group=group,
        state="finished",
        reason=None,
        created_at=BEGIN - timedelta(days=700) + timedelta(hours=seed),
        finished_at=BEGIN - timedelta(days=700) + timedelta(hours=seed + 1),
        tags=(),
        notes="before the move",
        url=f"https://wandb.ai/{ENTITY}/{PROJECT}/runs/old{seed:05d}",
        config=data | parameters if flat else {"data": data, "parameters": parameters},
        summary={"acceleration_error": error, "train_loss": 3.25, "segment_ratio": [1.11, 5.0]},
        history=pa.table({"step": [1, 2, 3], "train_loss": rng.lognormal(size=3)}),
        model=ModelFile(None, f"old{seed:05d}", "The artifact was deleted."),
        source="api",
    )


def seeding_group(n: int = 20, *, model_dir: Path | None = None, **changes: Any) -> list[RunRecord]:
    """The seeding study: `n` seeds of one setting, the last two (of at least four) notable outliers."""
    outliers = {n - 2: 13.5, n - 1: 16.0} if n >= 4 else {}
    return [run_record(seed, test_error=outliers.get(seed), model_dir=model_dir, **changes) for seed in range(n)]


def architecture_group(n_seeds: int = 3, group: str = "sweep-architecture-batch_size-v1") -> list[RunRecord]:
    """A model size study: two widths by two depths, `n_seeds` each."""
    return [
        run_record(seed, group=group, parameters={"width": width, "depth": depth}, n_steps=100)
        for width in (32, 64)
        for depth in (2, 3)
        for seed in range(n_seeds)
    ]


def mixed_group(group: str = "mixed", n_finished: int = 5) -> list[RunRecord]:
    """Runs of one group in all six states, and an old one in which keys are missing."""
    odd = (diverged_run, crashed_run, failed_run, killed_run, running_run)
    return [*seeding_group(n_finished, group=group), *(make(group=group) for make in odd), old_run(group=group)]


def filled_store(store: Path, records: Iterable[Incoming]) -> SyncReport:
    """Publish records into a store that nobody else writes to."""
    return publish(store, records, source="local", on_wait=_nobody_waits)


def replaced(record: RunRecord, **changes: Any) -> RunRecord:
    """The record with some fields changed, as when a run changed upstream."""
    return RunRecord(**{**vars(record), **changes})


def logged_history(rng: np.random.Generator, n_steps: int, train_error: float) -> pa.Table:
    """Histories as orbitsens logs them: losses at every step, metrics on evaluation steps alone."""
    steps = np.arange(1, n_steps + 1)
    loss = 4 * train_error * (0.5 + np.exp(-steps / 60)) * np.exp(rng.normal(scale=0.05, size=n_steps))
    evaluated = steps % EVAL_EVERY == 0
    columns: dict[str, pa.Array] = {"step": pa.array(steps, pa.int64())}
    for key, share in (("train_loss", 1.0), ("percent_error", 0.6), ("loss_component_rmse", 0.4)):
        columns[key] = pa.array(share * loss, pa.float64())
    columns["segment_length"] = pa.array(np.full(n_steps, 4.0))
    for key, factor in zip(("full_train_loss", *POINTWISE), (1.0, 0.3, 0.1, 0.02, 0.01), strict=True):
        columns[key] = pa.array(factor * loss, pa.float64(), mask=~evaluated)
    return pa.table(columns)


def last_values(history: pa.Table) -> dict[str, Any]:
    """What W&B makes of a history by itself: the last value of each key."""
    found = {key: history[key].drop_null() for key in history.column_names}
    return {key: values[-1].as_py() for key, values in found.items() if len(values)}


def measured(rng: np.random.Generator, train_error: float, test_error: float) -> dict[str, Any]:
    """The part of the summary that orbitsens writes at the end."""
    datasets = ((TRAIN, "train", train_error), (TEST, "test", test_error))
    return {
        "segment_ratio": [1.11, 1.11],
        "segment_ratio_final": 1.11,
        "num_total_orbits": N_ORBITS,
        "num_train_orbits": N_ORBITS,
        "num_total_segments": 900,
        "best_step": 180,
        "best_loss": 2 * train_error,
        "train_seconds": 2.25,
        "n_parameters": 9220,
        "evaluations": [
            {
                "dataset": dataset,
                "split": split,
                "n_orbits": N_ORBITS,
                "n_failed": 0,
                "code_version": "0.1.0",
                "metrics": {metric: _over_orbits(rng, factor * error) for metric, factor in _FACTORS.items()},
            }
            for dataset, split, error in datasets
        ],
    }


def model_file(folder: Path, run_id: str, seed: int) -> ModelFile:
    """A file in the form of a model: a line of JSON, then bytes."""
    path = folder / f"{run_id}.eqx"
    path.write_bytes(b'{"width": 64}\n' + np.random.default_rng(seed).bytes(2000))
    return ModelFile(path, run_id)


_FACTORS = dict(zip(POINTWISE, (1.0, 0.35, 0.05, 0.02), strict=True))


def _over_orbits(rng: np.random.Generator, mean: float) -> dict[str, Any]:
    spread = rng.lognormal(sigma=0.3, size=N_ORBITS)
    return {"mean": mean, "per_orbit": (mean * spread / spread.mean()).tolist()}


def _nobody_waits(message: str) -> None:
    raise AssertionError(message)
