"""Reading the config that a run was logged with: ours, and years of older ones with other or missing keys."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from orbitsens.config.data import Data
from orbitsens.config.parameters import Parameters


class LoggedConfig(NamedTuple):
    """What a logged config says: keys we know, with checked values, and all the rest as it stands.

    A key that the run did not log is absent: it is shown as "(unset)", never filled with a default.
    """

    known: dict[str, Any]
    extra: dict[str, Any]


# Not what a run computes, so neither known parameters nor extra ones.
_NOT_PARAMETERS = ("wandb", "orbitsens", "_wandb")


def read_logged(config: Mapping[str, Any]) -> LoggedConfig:
    """Sort a logged config, nested (`data`, `parameters`) or flat, into known and extra keys.

    A known key with a value that its definition refuses goes to `extra`, so that nothing is lost.
    """
    flat = {k: v for k, v in config.items() if k not in ("data", "parameters", *_NOT_PARAMETERS)}
    for section in ("data", "parameters"):
        if isinstance(config.get(section), Mapping):
            flat |= config[section]
    known, extra = {}, {}
    for key, value in flat.items():
        try:
            known[key] = _ADAPTERS[key].validate_python(value)
        except (KeyError, ValidationError):
            extra[key] = value
    return LoggedConfig(known, extra)


def _adapters() -> dict[str, TypeAdapter[Any]]:
    # `rebuild_annotation` keeps a field's range and name checks.
    return {
        name: TypeAdapter(field.rebuild_annotation())
        for model in (Data, Parameters)
        for name, field in model.model_fields.items()
    }


_ADAPTERS = _adapters()
