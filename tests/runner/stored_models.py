"""Stores with real, small models in them."""

from collections.abc import Sequence
from pathlib import Path

import jax

from orbitsens.config import Parameters
from orbitsens.model import make_model, save_model
from store.records import ModelFile, RunRecord
from tests.factories import filled_store, replaced, run_record

SIZE = {"width": 8, "depth": 1}
GROUP = "lab"


def model_record(folder: Path, seed: int, *, evaluated: bool = True, group: str = GROUP) -> RunRecord:
    """A finished run with an untrained model; `evaluated`: with its metrics, as orbitsens logs them."""
    record = run_record(seed, group=group, run_id=f"run{seed}", parameters=SIZE)
    path = folder / f"{record.run_id}.eqx"
    save_model(path, make_model(Parameters(seed=seed, **SIZE), key=jax.random.key(seed)), record.config)
    summary = record.summary if evaluated else {k: v for k, v in record.summary.items() if k != "evaluations"}
    if not evaluated:
        summary = {k: v for k, v in summary.items() if k not in ("acceleration_error", "accel_angle_deg")}
    return replaced(record, model=ModelFile(path, record.run_id), summary=summary)


def model_store(folder: Path, seeds: Sequence[int] = (0, 1)) -> Path:
    """A store with one run for each seed."""
    filled_store(folder / "store", [model_record(folder, seed) for seed in seeds])
    return folder / "store"
