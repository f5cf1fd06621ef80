"""Sweep files for chosen settings and seeds: a sweep file is a product, so some choices need several."""

import io
import json
from collections.abc import Mapping, Sequence
from itertools import product as cartesian

import pandas as pd
from ruamel.yaml import YAML

from orbitsens.config import SCHEDULE_KEYS, Data, Parameters, SweepFile
from orbitsens.config.nesting import alternatives

Setting = Mapping[str, object]


def sweep_texts(wandb: Mapping[str, object], settings: Sequence[Setting], seeds: Sequence[int]) -> list[str]:
    """Write the fewest sweep files found that hold exactly these settings, each with these seeds.

    `wandb`: the section of that name. A setting maps keys of `data` and `parameters` to one alternative each. One
    file if the settings are all combinations of their values; else settings that differ in one key alone share one.
    """
    return [_text(wandb, values, seeds) for values in _products([dict(s) for s in settings])]


def setting_of(row: Mapping[str, object]) -> dict[str, object]:
    """A setting from a row of the table of runs: its typed parameters, schedules read from their JSON text.

    Missing values and the seed are left out, and so is what follows from other keys.
    """
    known = [*Data.model_fields, *(key for key in Parameters.model_fields if key != "seed")]
    found: dict[str, object] = {}
    for key in known:
        value = row.get(key)
        if value is None or pd.isna(value):  # type: ignore[call-overload]
            continue
        plain = value.item() if hasattr(value, "item") else value
        found[key] = json.loads(str(plain)) if key in SCHEDULE_KEYS else plain
    return found


def space(sweep: SweepFile) -> tuple[dict[str, list[object]], list[int]]:
    """The alternatives of each key of a sweep file but the seed, and its seeds ([0] unless it names any)."""
    found = {key: alternatives(key, value) for key, value in {**sweep.data, **sweep.parameters}.items()}
    seeds = found.pop("seed", [0])
    return found, [int(str(seed)) for seed in seeds]


def _products(settings: list[dict[str, object]]) -> list[dict[str, list[object]]]:
    everything = _alternatives(settings)
    if len(list(cartesian(*everything.values()))) == len(settings):
        return [everything]
    groupings = []
    for key in everything:
        groups: dict[str, list[dict[str, object]]] = {}
        for setting in settings:
            rest = {name: value for name, value in setting.items() if name != key}
            groups.setdefault(json.dumps(rest, sort_keys=True), []).append(setting)
        groupings.append(list(groups.values()))
    return [_alternatives(group) for group in min(groupings, key=len)]


def _alternatives(settings: Sequence[Setting]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for setting in settings:
        for key, value in setting.items():
            values = found.setdefault(key, [])
            if value not in values:
                values.append(value)
    return found


def _text(wandb: Mapping[str, object], values: Mapping[str, list[object]], seeds: Sequence[int]) -> str:
    data = {key: listed for key, listed in values.items() if key in Data.model_fields}
    parameters = {key: listed for key, listed in values.items() if key not in Data.model_fields}
    document = {"wandb": dict(wandb), "data": data, "parameters": {**parameters, "seed": list(seeds)}}
    stream = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 120
    yaml.dump(document, stream)
    return stream.getvalue()
