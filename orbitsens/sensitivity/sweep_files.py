"""Sweep files for chosen settings and seeds: what all settings share in the sections, the rest under `settings`."""

import io
import json
from collections.abc import Mapping, Sequence

import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from orbitsens.config import SCHEDULE_KEYS, SEED_KEYS, Data, Parameters, SweepFile
from orbitsens.config.nesting import alternatives
from orbitsens.config.settings import Setting, section_of
from orbitsens.config.sweepfile import parse_sweep


def sweep_text(sweep: SweepFile) -> str:
    """A sweep file in YAML that reads back as `sweep`, one setting a line."""
    sections = sweep.model_dump(mode="json", include={"data", "parameters"})
    sections = {"wandb": sweep.wandb.model_dump(mode="json", exclude_defaults=True), **sections}
    if sweep.allow_unknown:
        sections["allow_unknown"] = True
    lines = [f"  - {_yaml(setting, flow=True)}" for setting in sweep.settings]
    return _yaml(sections, flow=None) + "".join(["settings:\n", *lines] if lines else [])


def sweep_of(wandb: Mapping[str, object], settings: Sequence[Setting], seeds: Sequence[int]) -> SweepFile:
    """The sweep of exactly these settings, each with each of these seeds.

    A setting maps keys of `data` and `parameters` to one alternative each.

    Raises:
        ConfigError: a key that there is not.
    """
    shared = {key: value for key, value in settings[0].items() if all(s.get(key) == value for s in settings)}
    sections: dict[str, dict[str, object]] = {"data": {}, "parameters": {"seed": list(seeds)}}
    for key, value in shared.items():
        sections[section_of(key)][key] = [value]
    own = [{key: value for key, value in setting.items() if key not in shared} for setting in settings]
    return parse_sweep({"wandb": dict(wandb), **sections, "settings": own if any(own) else []})


def setting_of(row: Mapping[str, object]) -> dict[str, object]:
    """A setting from a row of the table of runs: its typed parameters, schedules read from their JSON text.

    Missing values and the seed are left out, and so is what follows from other keys, such as the steps of epochs.
    """
    known = [*Data.model_fields, *(key for key in Parameters.model_fields if key != "seed")]
    found: dict[str, object] = {}
    for key in known:
        value = row.get(key)
        if value is None or pd.isna(value):  # type: ignore[call-overload]
            continue
        plain = value.item() if hasattr(value, "item") else value
        found[key] = json.loads(str(plain)) if key in SCHEDULE_KEYS else plain
    if "epochs_strategy" in found:
        found.pop("steps_strategy", None)
    return found


def axes(sweep: SweepFile) -> list[list[Setting]]:
    """What a design chooses from: for each key with several alternatives, these; and the settings, if it lists any.

    Seeds are no axis, every setting gets all of them; nor is an unknown key of `data`, which no setting can name.

    Raises:
        ConfigError: a value that is nested unevenly.
    """
    listed = [(key, alternatives(key, value, "data")) for key, value in sweep.data.items() if key in Data.model_fields]
    listed += [(key, alternatives(key, value)) for key, value in sweep.parameters.items() if key not in SEED_KEYS]
    found: list[list[Setting]] = [[{key: value} for value in values] for key, values in listed if len(values) > 1]
    return [*found, list(sweep.settings)] if sweep.settings else found


def designed(
    sweep: SweepFile, along: Sequence[Sequence[Setting]], rows: Sequence[Sequence[int]], seeds: Sequence[int] | None
) -> SweepFile:
    """A sweep narrowed to some of its settings: `rows` says which entry of each axis (see `axes`) to take.

    `seeds` replace the sweep's own unless None.

    Raises:
        ConfigError: the seed stands among the settings as well.
    """
    settings = [
        {key: value for axis, i in zip(along, row, strict=True) for key, value in axis[i].items()} for row in rows
    ]
    varied = {key for setting in settings for key in setting}
    raw = sweep.model_dump()
    for section in ("data", "parameters"):
        raw[section] = {key: value for key, value in raw[section].items() if key not in varied}
    if seeds is not None:
        raw["parameters"]["seed"] = list(seeds)
    return parse_sweep({**raw, "settings": settings})


def _yaml(value: Mapping[str, object], flow: bool | None) -> str:
    """YAML 1.2 in flow style, or (None) with only its innermost collections in it."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.width = 10_000 if flow else 120
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.Representer = _WithoutAliases
    stream = io.StringIO()
    yaml.dump(dict(value), stream)
    return stream.getvalue()


class _WithoutAliases(SafeRepresenter):
    """Writes equal lists in full, not as references to the first."""

    def ignore_aliases(self, _: object) -> bool:
        return True
