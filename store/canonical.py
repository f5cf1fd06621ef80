"""JSON and numbers in one spelling, so that equal content is equal text whatever source it came from."""

import hashlib
import json
import math
import sys
from collections.abc import Mapping
from typing import Any

_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf, "-inf": -math.inf, "-infinity": -math.inf}


def canonical_json(value: object) -> str:
    """Write JSON with sorted keys and no spaces; 1.0 is 1, and NaN and infinity are the texts that W&B uses.

    Raises:
        TypeError: the value holds something that JSON has no word for.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def schedule_text(schedule: object) -> str:
    """Write a schedule as people do, such as `[0.001, 0.0001]`: equal text for equal schedules."""
    return json.dumps(_plain(schedule), allow_nan=False)


def digest(*parts: str | bytes) -> str:
    """Hash the parts, each with its length, to 64 hex digits (SHA-256)."""
    hasher = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        hasher.update(len(content).to_bytes(8, "little"))
        hasher.update(content)
    return hasher.hexdigest()


def number(value: object) -> float | None:
    """Return a logged value as a number, "NaN" and "Infinity" as texts included; None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return math.inf if value > 0 else -math.inf
    if isinstance(value, int | float):
        return float(value)
    return _WORDS.get(value.lower()) if isinstance(value, str) else None


def whole_number(value: object) -> int | None:
    """Return a logged value as an integer; None if it is none, or too large for 64 bits."""
    found = number(value)
    if found is None or not math.isfinite(found) or not found.is_integer() or abs(found) >= 2**63:
        return None
    return int(value) if isinstance(value, int) else int(found)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return _plain_float(value)
    return value


def _plain_float(value: float) -> float | int | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
