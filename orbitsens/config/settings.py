"""Settings that are no product of alternatives: the list `settings` of a sweep file, such as a design's."""

from collections.abc import Mapping

from orbitsens.config.data import Data
from orbitsens.config.errors import ConfigError, shortened
from orbitsens.config.nesting import alternatives

Setting = Mapping[str, object]


def check_settings(raw: Mapping[str, object]) -> None:
    """Refuse a section `settings` that is no list of mappings, or that has a key of another section.

    Raises:
        ConfigError: the message says which entry and key.
    """
    listed = raw.get("settings", [])
    if not isinstance(listed, list) or not all(isinstance(setting, dict) for setting in listed):
        raise ConfigError("settings: write a list, each entry one value for each of its keys, such as {width: 32}.")
    for i, setting in enumerate(listed, start=1):
        for key in setting:
            section = raw[section_of(key)]
            if isinstance(section, dict) and key in section:
                raise ConfigError(
                    f"settings, entry {i}: {shortened(key)} stands in '{section_of(key)}' as well; write it in one of "
                    "the two."
                )


def section_of(key: str) -> str:
    """Which section a key of a setting belongs to: `data` or `parameters`."""
    return "data" if key in Data.model_fields else "parameters"


def of_section(setting: Setting, section: str) -> dict[str, list[object]]:
    """The part of a setting that belongs to a section, each key with its one alternative."""
    return {key: alternatives(key, [value], section) for key, value in setting.items() if section_of(key) == section}
