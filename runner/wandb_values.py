"""Values on their way into W&B and back: plain JSON in which no number is lost.

W&B turns a NaN of a summary into null, so non-finite numbers travel as the strings "NaN", "Infinity" and
"-Infinity", which is also how the W&B server gives them back.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from store.canonical import number
from store.records import State

# Why a run is not finished, whatever the source; a source that knows more says more.
REASONS: Mapping[State, str] = {
    "running": "The run is being written.",
    "crashed": "The run's process ended without a word.",
    "failed": "The run ended with an error.",
    "killed": "The run was stopped before its end.",
}
PREEMPTED = "The run was preempted: its machine was taken away before its end."
# Deeper values stay the text that they were logged as: readers of JSON give up on them.
DEEPEST = 100
_STRINGS, _BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"'), re.compile(r"[\[\]{}]")
EPOCH, LATEST_YEAR = datetime(1970, 1, 1, tzinfo=UTC), 2200


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

    Text that is not JSON, or is nested deeper than `DEEPEST`, is returned as it stands, and a whole number of more than
    4,300 digits as their text. For texts that are not Unicode see `readable`.
    """
    if _may_be_too_deep(text) and _depth(text) > DEEPEST:
        return text
    try:
        value = json.loads(text, parse_constant=str)
    except json.JSONDecodeError:
        return text
    except ValueError:  # Python's limit on the digits of a whole number
        value = json.loads(text, parse_constant=str, parse_int=_whole_number)
    return readable(value) if r"\u" in text else value


def readable(value: Any) -> Any:
    """Return a JSON value whose texts are Unicode: a lone surrogate, which no file can hold, becomes its escape.

    Python makes these of bytes that are not UTF-8, as in some paths: the byte 0xE9 becomes the letters udce9 after a
    backslash.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {readable(key): readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [readable(item) for item in value]
    return value


def started_at(config: Mapping[str, Any], told: datetime | None) -> datetime | None:
    """Return when a run began: what its own config says, else what W&B tells, in whole seconds as its server does."""
    ours = config.get("orbitsens")
    logged = ours.get("started_at") if isinstance(ours, Mapping) else None
    if isinstance(logged, str):
        try:
            return datetime.fromisoformat(logged).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # not a time: W&B's own counts
    return told.replace(microsecond=0) if told else None


def finished_at(created: datetime | None, summary: Mapping[str, Any]) -> datetime | None:
    """Return the time of a run's last sign of life, from the keys that W&B itself adds to the summary.

    A clock that is not in seconds, or that shows a time before the run's start, is ignored.
    """
    own = summary.get("_wandb")
    runtime = number(own.get("runtime")) if isinstance(own, Mapping) else None
    stamp = number(summary.get("_timestamp"))
    times = [_after(EPOCH, stamp), _after(created, runtime)]
    return max((time for time in times if time and (created is None or time >= created)), default=None)


def _after(start: datetime | None, seconds: float | None) -> datetime | None:
    if start is None or seconds is None:
        return None
    try:
        time = start + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return time if time.year < LATEST_YEAR else None


def without_own_keys(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what W&B itself adds to config, summary and history: keys with an underscore in front."""
    return {key: value for key, value in mapping.items() if not key.startswith("_")}


def _may_be_too_deep(text: str) -> bool:
    return len(text) > DEEPEST and text.count("[") + text.count("{") > DEEPEST


def _depth(text: str) -> int:
    """How deep the brackets of a JSON text are nested; those within its strings do not count."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _whole_number(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # Python's limit on the digits of a number
        return digits


def _name(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
