"""Naming the runs of a sweep by what varies in it."""

from collections.abc import Sequence
from typing import Any

from orbitsens.config import SEED_KEYS, RunConfig


def run_names(runs: Sequence[RunConfig]) -> list[str]:
    """A name for each run: the keys that vary within the sweep with the run's values, seeds last."""
    flat = [_flat(run) for run in runs]
    varying = [key for key in flat[0] if len({repr(values.get(key)) for values in flat}) > 1]
    ordered = [k for k in varying if k not in SEED_KEYS] + [k for k in varying if k in SEED_KEYS]
    return [" ".join(f"{k}={_short(values.get(k))}" for k in ordered) or runs[0].wandb.group for values in flat]


def _flat(run: RunConfig) -> dict[str, Any]:
    logged = run.logged()
    return {**logged["data"], **logged["parameters"]}  # type: ignore[dict-item]


def _short(value: object) -> str:
    return str(value).replace(" ", "")
