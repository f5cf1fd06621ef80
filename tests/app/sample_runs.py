"""Runs as a sweep would log them, made up from a random generator: for tests and screenshots of the app."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from store.publish import publish
from store.records import ModelFile, RunRecord, State

TRAIN, TEST = "complex_TBP_planar_10_train", "complex_TBP_planar_10_test"
CREATED = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIRST_STAGE, STEPS = 300, 450
METRICS = ("acceleration_error", "accel_angle_deg", "radial_sign_violation_pct", "accel_dir_flip_pct")


def publish_runs(store: Path, records: Sequence[RunRecord]) -> int | None:
    """Publish into a store and return its version."""
    return publish(store, records, source="test", on_wait=print).version


def sample_run(
    group: str,
    seed: int | None,
    error: float | None,
    *,
    state: State = "finished",
    parameters: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    history: bool = True,
    created: datetime = CREATED,
) -> RunRecord:
    """One run; `error` is its mean acceleration error on the test orbits in percent, None for not measured."""
    rng = np.random.default_rng(crc32(f"{group} {seed} {parameters}".encode()))
    known = {
        "width": 64,
        "depth": 3,
        "batch_size": 64,
        "lr_strategy": [0.001, 0.0001],
        "steps_strategy": [FIRST_STAGE, STEPS - FIRST_STAGE],
        "segment_length_strategy": [4],
        "length_strategy": [[0.0, 1.0]],
        "loss_fcn": "percent_error_plus_nmse",
        "activation": "leaky_relu",
        "rtol": 1e-6,
        **({} if seed is None else {"seed": seed}),
        **(parameters or {}),
    }
    name = run_id or f"{group[:3]}{'x' if seed is None else f'{seed:03}'}{rng.integers(16**4):04x}"
    return RunRecord(
        entity="mlds-lab",
        project="neuralODEs",
        run_id=name,
        name=f"calm-orbit-{seed}",
        group=group or None,
        state=state,
        reason=None if state == "finished" else f"The process ended: {state}.",
        created_at=created + timedelta(seconds=40 * (seed or 0)),
        finished_at=created + timedelta(seconds=40 * (seed or 0) + 35),
        tags=("sample",),
        notes=None,
        url=None,
        config={"wandb": {"group": group}, "data": {"dataset_name": TRAIN, "problem": "2BP"}, "parameters": known},
        summary=_summary(error, rng),
        history=_history(error or 5.0, rng) if history else pa.table({"step": pa.array([], pa.int64())}),
        model=ModelFile(None, name, "sample runs have no model file"),
        source="local",
    )


def seed_study_runs(group: str = "sweep-seeds-v2", n: int = 20) -> list[RunRecord]:
    """A seeding study of which seeds 3 and 17 stand out."""
    errors = 7.3 * np.exp(0.06 * np.random.default_rng(7).standard_normal(20))
    errors[3] *= 2.2
    errors[17] *= 3.0
    return [sample_run(group, seed, float(error)) for seed, error in enumerate(errors[:n])]


def width_study_runs(group: str = "sweep-width") -> list[RunRecord]:
    """Five widths of eight seeds, with diverged, crashed, running and unmeasured runs among them."""
    rng = np.random.default_rng(11)
    records = []
    for width in (8, 16, 32, 64, 128):
        for seed in range(8):
            error: float | None = float((5.0 + 40.0 / width) * np.exp(0.08 * rng.standard_normal()))
            state: State = "finished"
            if width == 8 and seed in (2, 5):
                error = float("nan")
            if (width, seed) in {(16, 1), (64, 7)}:
                error, state = None, "crashed" if seed == 1 else "running"
            made = sample_run(
                group, seed, error, state=state, parameters={"width": width}, created=CREATED - timedelta(days=2)
            )
            records.append(made)
    return records


def _summary(error: float | None, rng: np.random.Generator) -> dict[str, Any]:
    known: dict[str, Any] = {
        "train_seconds": 9.5,
        "n_parameters": 9092,
        "best_step": STEPS - 3,
        "segment_ratio_final": 1.11,
    }
    if error is None:
        return known
    evaluations = []
    for dataset, split, factor in ((TRAIN, "train", 0.4), (TEST, "test", 1.0)):
        means = dict(zip(METRICS, (error * factor, 2.1 * factor, 0.0, 0.3 * factor), strict=True))
        evaluations.append(
            {
                "dataset": dataset,
                "split": split,
                "n_orbits": 10,
                "n_failed": 0,
                "code_version": "0.1.0",
                "metrics": {
                    name: {"mean": mean, "per_orbit": (mean * rng.uniform(0.6, 1.4, 10)).tolist()}
                    for name, mean in means.items()
                },
            }
        )
    return known | {"evaluations": evaluations, "acceleration_error": 0.4 * error}


def _history(error: float, rng: np.random.Generator) -> pa.Table:
    step = np.arange(1, STEPS + 1)
    level = np.where(np.isfinite(error), error, 8.0)
    fall = level * (0.4 + 6.0 * np.exp(-step / 60.0)) * np.where(step > FIRST_STAGE, 0.8, 1.0)
    noisy = fall * np.exp(0.15 * rng.standard_normal(STEPS))
    if not np.isfinite(error):
        noisy[200:] = np.nan
    evaluated = np.where(step % 50 == 0, fall, np.nan)
    return pa.table(
        {
            "step": pa.array(step, pa.int64()),
            "train_loss": noisy * 2.0,
            "percent_error": noisy,
            "curriculum_phase": (step > FIRST_STAGE).astype(float),
            "segment_length": np.full(STEPS, 4.0),
            "acceleration_error": pa.array(evaluated, mask=np.isnan(evaluated)),
        }
    )
