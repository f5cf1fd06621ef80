"""Which alternatives a value of a sweep file stands for.

A list means alternatives, a scalar is one. Schedules nest one level deeper, because one alternative is
itself a list with one entry per stage; one level less is read as a single alternative where that is unambiguous.
"""

from orbitsens.config.errors import ConfigError, shortened
from orbitsens.config.parameters import SCHEDULE_KEYS


def alternatives(key: str, value: object, section: str = "parameters") -> list[object]:
    """List the alternatives of a key's `value`; a schedule's alternative is a list with one entry per stage.

    Raises:
        ConfigError: an empty list, or a schedule nested too deep or unevenly.
    """
    if key == "length_strategy":
        found = _windows(value)
    elif key in SCHEDULE_KEYS:
        found = _stage_lists(key, value) if value is not None else [None]
    else:
        found = list(value) if isinstance(value, list) else [value]
    if not found:
        raise ConfigError(
            f"{section}.{shortened(key)}: an empty list has no alternative; write a value or leave the key out."
        )
    return found


def _depth(value: object) -> int:
    if not isinstance(value, list):
        return 0
    return 1 + max((_depth(v) for v in value), default=0)


def _stage_lists(key: str, value: object) -> list[object]:
    if not isinstance(value, list):
        return [[value]]
    if _depth(value) > 2:
        raise ConfigError(
            f"parameters.{key}: nested too deep; write a list of alternatives, each a list with one number per "
            f"stage, got {shortened(repr(value))}."
        )
    return [v if isinstance(v, list) else [v] for v in value]


def _windows(value: object) -> list[object]:
    depth = _depth(value)
    if isinstance(value, list) and depth == 1:
        return [[value]]
    if isinstance(value, list) and depth == 2:
        return [value]
    # In a list of alternatives, one that is a bare window is an alternative of one stage.
    if isinstance(value, list) and depth == 3:
        return [[v] if _depth(v) == 1 else v for v in value]
    raise ConfigError(
        "parameters.length_strategy: write a list of alternatives, each a list with one window [start, end] per "
        f"stage, got {shortened(repr(value))}."
    )
