"""Values on their way into W&B and back: plain JSON in which no number is lost.

W&B turns a NaN of a summary into null, so non-finite numbers travel as the strings "NaN", "Infinity" and
"-Infinity", which is also how the W&B server gives them back.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from store.records import State

# Why a run is not finished, whatever the source; a source that knows more says more.
REASONS: Mapping[State, str] = {
    "running": "The run is being written.",
    "crashed": "The run's process ended without a word.",
    "failed": "The run ended with an error.",
    "killed": "The run was stopped before its end.",
}


def to_json_like(value: object) -> Any:
    """Convert mappings, sequences, arrays and NumPy scalars to plain dicts, lists and scalars.

    Non-finite floats become "NaN", "Infinity" or "-Infinity". Anything that is no JSON raises TypeError.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float() | np.floating():
            return float(value) if math.isfinite(value) else _name(float(value))
        case np.ndarray() | np.generic():
            return to_json_like(value.tolist())
        case Mapping():
            return {str(k): to_json_like(v) for k, v in value.items()}
        case list() | tuple():
            return [to_json_like(v) for v in value]
    raise TypeError(f"{type(value).__name__} cannot be kept in W&B's config or summary: {value!r}")


def from_json(text: str) -> Any:
    """Read a value that W&B wrote as JSON; non-finite numbers become strings as in `to_json_like`.

    Text that is no JSON is returned as it stands.
    """
    try:
        return json.loads(text, parse_constant=str)
    except json.JSONDecodeError:
        return text


def started_at(config: Mapping[str, Any], told: datetime | None) -> datetime | None:
    """Return when a run began: what its own config says, else what W&B tells, in whole seconds as its server does."""
    ours = config.get("orbitsens")
    logged = ours.get("started_at") if isinstance(ours, Mapping) else None
    if isinstance(logged, str):
        try:
            return datetime.fromisoformat(logged).astimezone(UTC)
        except ValueError:
            pass  # not a time: W&B's own counts
    return told.replace(microsecond=0) if told else None


def finished_at(created: datetime | None, summary: Mapping[str, Any]) -> datetime | None:
    """Return the time of a run's last sign of life, from the keys that W&B itself adds to the summary."""
    own, stamp = summary.get("_wandb"), summary.get("_timestamp")
    runtime = own.get("runtime") if isinstance(own, Mapping) else None
    times = [datetime.fromtimestamp(stamp, UTC)] if isinstance(stamp, float | int) else []
    if created is not None and isinstance(runtime, float | int):
        times.append(created + timedelta(seconds=runtime))
    return max(times, default=None)


def without_own_keys(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what W&B itself adds to config, summary and history: keys with an underscore in front."""
    return {key: value for key, value in mapping.items() if not key.startswith("_")}


def _name(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
