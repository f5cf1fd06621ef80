"""Reading a sweep file: YAML 1.2, three sections and perhaps settings, one sentence for each mistake."""

from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Any

from pydantic import Field

from orbitsens.config.data import Data
from orbitsens.config.errors import ConfigError, closest, shortened
from orbitsens.config.fields import Frozen, checked
from orbitsens.config.limits import MOST_BYTES
from orbitsens.config.parameters import Parameters
from orbitsens.config.settings import check_settings, section_of
from orbitsens.config.yaml_text import parse_yaml


class Wandb(Frozen):
    """Where a sweep's runs are logged. One field is one key of a sweep file's `wandb`."""

    group: str = Field(min_length=1, description="the W&B group of the sweep's runs")
    entity: str = Field("mlds-lab", min_length=1, description="the W&B entity (team)")
    project: str = Field("neuralODEs", min_length=1, description="the W&B project")
    tags: tuple[str, ...] = Field((), description="a list of tags that every run gets")
    notes: str | None = Field(None, description="a note that every run gets")


class SweepFile(Frozen):
    """A sweep file as written: `data` and `parameters` hold alternatives, not yet expanded.

    `settings` lists what is no product of alternatives: each entry has one value for each of its keys, and is combined
    with all alternatives of the sections.
    """

    wandb: Wandb
    data: dict[str, object]
    parameters: dict[str, object]
    settings: tuple[dict[str, object], ...] = ()
    allow_unknown: bool = False


SECTIONS: Mapping[str, type[Frozen]] = {"wandb": Wandb, "data": Data, "parameters": Parameters}


def load_sweep_file(path: Path) -> SweepFile:
    """Read and check the structure of a sweep file.

    Raises:
        ConfigError: no such file, no valid YAML (line and column are named), a missing section, an unknown key.
    """
    return parse_sweep(parse_yaml(_text_of(path), shortened(path, 300)))


def _text_of(path: Path) -> str:
    named = f"{shortened(path, 300)}: cannot read this sweep file"
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise ConfigError(f"{named}: it is not a regular file.")
        if status.st_size > MOST_BYTES:
            raise ConfigError(f"{named}: it has {status.st_size:,} bytes, and {MOST_BYTES:,} are the most.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{named}: it is not UTF-8 text.") from error
    except OSError as error:
        raise ConfigError(f"{named}: {error.strerror}.") from error


def parse_sweep(raw: object) -> SweepFile:
    """Check sections and keys of a parsed sweep file.

    Raises:
        ConfigError: a missing section, or an unknown key without `allow_unknown: true`.
    """
    if not isinstance(raw, dict):
        raise ConfigError("A sweep file holds the sections wandb, data and parameters; this one holds no mapping.")
    for name in raw:
        if name not in SweepFile.model_fields:
            raise ConfigError(f"{shortened(name)}: unknown section{closest(str(name), SweepFile.model_fields)}.")
    for name in SECTIONS:
        if not isinstance(raw.get(name), dict):
            raise ConfigError(f"{name}: this section is required and holds keys and values.")
    check_settings(raw)
    if raw.get("allow_unknown") is not True:
        _refuse_unknown_keys(raw)
    wandb = checked(Wandb, "wandb", raw["wandb"])
    return checked(SweepFile, "sweep file", {**raw, "wandb": wandb})


def _refuse_unknown_keys(raw: Mapping[str, Any]) -> None:
    for section, model in SECTIONS.items():
        for key in raw[section]:
            if key not in model.model_fields:
                raise ConfigError(
                    f"{section}.{shortened(key)}: unknown key{_meant(str(key), model)}; correct it, or write "
                    "'allow_unknown: true' at the top level to keep it with the run's config."
                )
    for i, setting in enumerate(raw.get("settings", ()), start=1):
        for key in setting:
            model = SECTIONS[section_of(key)]
            if key not in model.model_fields:
                raise ConfigError(
                    f"settings, entry {i}: {shortened(key)} is an unknown key{closest(str(key), model.model_fields)}."
                )


def _meant(key: str, model: type[Frozen]) -> str:
    """Say, in brackets, which key may be meant: of another section where it has one of exactly this name."""
    home = next((section for section, other in SECTIONS.items() if key in other.model_fields), None)
    return f" (it is a key of '{home}')" if home else closest(key, model.model_fields)
