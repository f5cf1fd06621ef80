"""The page of every key of a sweep file, made from their definitions and the registries."""

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from orbitsens import augment, features, losses, normalization, outputs, transforms
from orbitsens.config import choices, limits
from orbitsens.config.data import Data
from orbitsens.config.fields import Frozen
from orbitsens.config.parameters import SCHEDULE_KEYS, Parameters
from orbitsens.config.sweepfile import Wandb

HEAD = """# Every key of a sweep file

Made by `python -m runner keys > docs/keys.md` from the definitions in `orbitsens/config` and the registries; a test
keeps it complete.

A list means alternatives, and a sweep is the product of all lists. The keys marked *schedule* nest one level deeper:
one alternative is itself a list with one entry per training stage. A key that is left out has its default, which is
the note's; a default of *unset* is explained by the key's meaning. A key that does not stand here is refused, unless
the file says `allow_unknown: true` beside its sections: then it is kept with the run's config, without effect.

What is no product is written as a list beside the sections, one value for each key, and is combined with all else:

```yaml
settings:
  - {width: 32, lr_strategy: [0.001, 0.0001]}
  - {width: 128, loss_fcn: percent_error}
```

"""
LIMITS = (
    f"A sweep has at most {limits.MOST_RUNS:,} runs, a sweep file at most {limits.MOST_CHARACTERS:,} characters and "
    f"{limits.MOST_ENTRIES:,} lines and entries of lists; aliases stand for at most {limits.MOST_VALUES:,} values.\nA "
    f"stage has at most {limits.MOST_STEPS:,} steps, a schedule {limits.MOST_STAGES:,} stages, a model "
    f"{limits.MOST_WEIGHTS:,} weights,\na dataset by name {limits.MOST_ORBITS:,} orbits. What is larger is refused "
    "before anything is made."
)

# Parameter -> the names it takes, and where their formulas stand.
NAMES: Mapping[str, Mapping[str, str]] = {
    "feature_layer": choices.FEATURE_LAYERS,
    "feature_transform": choices.FEATURE_TRANSFORMS,
    "output_layer": choices.OUTPUT_LAYERS,
    "loss_fcn": choices.LOSSES,
    "activation": choices.ACTIVATIONS,
    "normalization": choices.NORMALIZATIONS,
    "augmentation": choices.AUGMENTATIONS,
    "optimizer": choices.OPTIMIZERS,
    "lr_schedule": choices.LR_SCHEDULES,
    "parameter_average": choices.PARAMETER_AVERAGES,
    "solver_engine": choices.SOLVER_ENGINES,
}
# Parameter -> other names that it takes, and which name each stands for.
SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "activation": choices.ACTIVATION_SYNONYMS,
    "output_layer": choices.OUTPUT_SYNONYMS,
}
FORMULAS: Mapping[str, Mapping[str, Any]] = {
    "feature_layer": features.REGISTRY,
    "feature_transform": transforms.REGISTRY,
    "output_layer": outputs.REGISTRY,
    "loss_fcn": losses.REGISTRY,
    "normalization": normalization.REGISTRY,
    "augmentation": augment.REGISTRY,
}
SECTIONS: Mapping[str, type[Frozen]] = {"wandb": Wandb, "data": Data, "parameters": Parameters}


def keys_page() -> str:
    """The page, in Markdown."""
    parts = [HEAD, LIMITS]
    for section, model in SECTIONS.items():
        rows = [_row(name, field) for name, field in model.model_fields.items()]
        parts.append(
            "\n".join([f"## {section}", "", "| key | values | default | meaning |", "|---|---|---|---|", *rows])
        )
    parts += [_names(key, names, SYNONYMS.get(key, {})) for key, names in NAMES.items()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    values = "a name, [see below](#" + name + ")" if name in NAMES else _kind(field)
    if name in SCHEDULE_KEYS:
        values = f"*schedule*: {values}"
    return f"| `{name}` | {values} | {_default(field)} | {_cell(field.description or '')} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if field.default is None:
        return "*unset*"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{_listed(value)}`"


def _listed(value: object) -> str:
    return f"[{', '.join(_listed(v) for v in value)}]" if isinstance(value, tuple) else str(value)


def _kind(field: FieldInfo) -> str:
    """What may be written: the type in words, and the range."""
    annotation = field.rebuild_annotation()
    bounds = [text for part in _metadata(annotation) if (text := _bound(part))]
    return " ".join([_type_name(annotation), ", ".join(bounds)]).strip()


def _metadata(annotation: Any) -> list[Any]:
    """All constraints of a type, of its optional part and of its items."""
    found: list[Any] = []
    if get_origin(annotation) is Annotated:
        found += [part for meta in annotation.__metadata__ for part in (getattr(meta, "metadata", None) or [meta])]
    return found + [part for inner in get_args(annotation) if inner is not Ellipsis for part in _metadata(inner)]


def _bound(part: Any) -> str:
    words = (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
    return " ".join(f"{word} {getattr(part, name)}" for name, word in words if getattr(part, name, None) is not None)


def _type_name(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type_name(inner[0])
    if origin in (Union, types.UnionType):
        return _type_name(next(part for part in inner if part is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin is tuple:
        return f"{_type_name(inner[0])}" if inner[-1] is Ellipsis else "[start, end]"
    return {int: "whole number", float: "number", bool: "`true` or `false`", str: "text"}[annotation]


def _names(key: str, names: Mapping[str, str], synonyms: Mapping[str, str]) -> str:
    registry = FORMULAS.get(key)
    head = ["| name | meaning |", "|---|---|"]
    rows = [f"| `{name}` | {_cell(meaning)} |" for name, meaning in names.items()]
    if registry is not None:
        head = ["| name | meaning | definition |", "|---|---|---|"]
        rows = [f"| `{name}` | {_cell(meaning)} | {_cell(registry[name].formula)} |" for name, meaning in names.items()]
    rows += [f"| `{name}` | another name of `{of}`, which runs are kept under |" for name, of in synonyms.items()]
    return "\n".join([f"## {key}", "", *head, *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
