"""Reading the config that a run was logged with: ours, years of older ones of the team, and other programs'.

A config that orbitsens logged has a section `orbitsens`; the team's older ones have a section `parameters` with keys
that we know. Only these two have sections (`data`, `parameters`) whose keys are spoken without their section, and a
section `wandb` that is not about what a run computes. Every other config is another program's, and all of its keys
count. In any config:

- Keys of a section of any other name are written with dots: `{"model": {"width": 8}}` has the key `model.width`, which
  is not our `width`. Lists are one value, and so is an empty section.
- Where two keys would have the same name, both are kept. A key at the top has the name as it was written (in a config
  that orbitsens logged, what its sections say comes first, and the other one is `config.seed`); a section's key then
  has its section too (`data.seed`), or brackets: beside the key `optim.lr`, `{"optim": {"lr": 1}}` is `optim[lr]`.
- A section's name whose value is not a section, such as `data: "leo"`, is a key as any other.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, count
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from orbitsens.config.data import Data
from orbitsens.config.fields import contains_bool
from orbitsens.config.parameters import SEED_KEYS, Parameters

Path = tuple[str, ...]

# The column that stands for all keys without one of their own where too many of those differ.
OTHER_KEYS = "other_keys"

_UNNAMED = ("data", "parameters")  # sections whose keys are spoken without them
_NOT_PARAMETERS = ("wandb", "orbitsens")  # nothing that a run computes
_OF_WANDB = "_wandb"  # what its client notes of itself, and differs from run to run


class LoggedConfig(NamedTuple):
    """What a logged config says: keys we know, with checked values, and all the rest as it stands.

    A key that the run did not log is absent: it is shown as "(unset)", never filled with a default.
    """

    known: dict[str, Any]
    extra: dict[str, Any]


def read_logged(config: Mapping[str, Any]) -> LoggedConfig:
    """Sort a logged config, nested or flat, into known and extra keys; none is lost.

    A known key with a value that its definition refuses goes to `extra`. Truths are not numbers, nor numbers truths.
    """
    known, extra = {}, {}
    for key, value in _named(config).items():
        try:
            known[key] = _checked(key, value)
        except (KeyError, ValueError):
            extra[key] = value
    return LoggedConfig(known, extra)


def is_seed(key: str) -> bool:
    """Whether a key is a seed: its last part is exactly one of `SEED_KEYS`, as in `train.seed`."""
    return _last_part(key) in SEED_KEYS


def left_out(key: str, names: Collection[str]) -> bool:
    """Whether a key is among some that make no settings: `train.seed` goes where `seed` does."""
    return key in names or (is_seed(key) and _last_part(key) in names)


def _last_part(key: str) -> str:
    return re.split(r"[.\[]", key.rstrip("]*"))[-1]


def _named(config: Mapping[str, Any]) -> dict[str, Any]:
    """All keys of a config by the names that they are called by."""
    logged_here = isinstance(config.get("orbitsens"), Mapping)
    team = logged_here or _holds_known_keys(config.get("parameters"))
    left_out = _NOT_PARAMETERS if team else ()
    top: list[tuple[Path, Any]] = []
    nested: list[tuple[Path, Any]] = []
    for key, value in config.items():
        section = isinstance(value, Mapping) and bool(value)
        if key == _OF_WANDB or (isinstance(value, Mapping) and key in left_out):
            continue
        (nested if section else top).extend(_leaves((key,), value))
    nested.sort(key=lambda leaf: (not _in_its_section(leaf[0]), leaf[0][0] not in _UNNAMED, leaf[0]))
    named: dict[str, Any] = {}
    for path, value in [*nested, *top] if logged_here else [*top, *nested]:
        names = _names(path, unnamed=team and path[0] in _UNNAMED)
        named[next(name for name in names if name not in named)] = value
    return named


def _names(path: Path, *, unnamed: bool) -> Iterator[str]:
    """Yield the names that a key may have, the best first, without end."""
    dotted = ".".join(path)
    if len(path) == 1:
        return chain([dotted], _starred(f"config.{dotted}"))
    brackets = path[0] + "".join(f"[{part}]" for part in path[1:])
    short = [".".join(path[1:])] if unnamed else []
    return chain(short, [dotted], _starred(brackets))


def _starred(name: str) -> Iterator[str]:
    return (name + "*" * n for n in count())


def _leaves(path: Path, value: object) -> Iterator[tuple[Path, Any]]:
    """The keys of a section and of the sections in it; an empty one is a value."""
    if not isinstance(value, Mapping) or not value:
        yield path, value
        return
    for key, inner in value.items():
        yield from _leaves((*path, str(key)), inner)


def _in_its_section(path: Path) -> bool:
    """Whether a key stands in the section that a sweep file has it in: it is the first to be called by its name."""
    fields = {"data": Data.model_fields, "parameters": Parameters.model_fields}
    return path[1] in fields.get(path[0], {})


def _holds_known_keys(section: object) -> bool:
    return isinstance(section, Mapping) and any(key in Parameters.model_fields for key in section)


def _checked(key: str, value: object) -> Any:
    adapter = _ADAPTERS[key]
    if contains_bool(value) != (key in _TRUTHS) and value is not None and not isinstance(value, str):
        raise ValueError(key)
    return adapter.validate_python(value)


def _fields() -> dict[str, Any]:
    return {name: field for model in (Data, Parameters) for name, field in model.model_fields.items()}


# `rebuild_annotation` keeps a field's range and name checks.
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(field.rebuild_annotation()) for name, field in _fields().items()
}
_TRUTHS = {name for name, field in _fields().items() if field.annotation is bool}
