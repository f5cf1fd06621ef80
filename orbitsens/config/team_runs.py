"""Runs and model files of the team's own training code: how to recognise them, and what their names meant when.

Whatever orbitsens itself logs has the section `orbitsens` (a run's config) or `fitted` (a model file's first line).
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

# The headline metric of the team's runs was another quantity before this day, under the same name.
ACCELERATION_ERROR_SINCE = date(2025, 12, 1)
DERIVATIVE_ERROR = "derivative_error"
UNDATED_ERROR = "undated_acceleration_error"
_HEADLINE = "acceleration_error"

# Keys that no other program has: one of them makes a config the team's.
_TEAM_KEYS = frozenset(
    {
        "length_strategy",
        "lr_strategy",
        "steps_strategy",
        "segment_length_strategy",
        "feature_layer",
        "output_layer",
        "planar_constraint",
    }
)
_TEAM_DATASET = re.compile(r"_(TBP|2BP)_")


def is_own(config: Mapping[str, Any]) -> bool:
    """Say whether orbitsens wrote this config of a run, or first line of a model file."""
    return any(isinstance(config.get(section), Mapping) for section in ("orbitsens", "fitted"))


def is_team_run(config: Mapping[str, Any]) -> bool:
    """Say whether the team's training code logged a run with this config, nested or flat."""
    if is_own(config):
        return False
    flat = flat_keys(config)
    name = flat.get("dataset_name")
    return (isinstance(name, str) and _TEAM_DATASET.search(name) is not None) or not _TEAM_KEYS.isdisjoint(flat)


def flat_keys(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a team's config, those of `data` and `parameters` beside those of the top."""
    flat = dict(config)
    for section in ("data", "parameters"):
        if isinstance(config.get(section), Mapping):
            flat |= config[section]
    return flat


def day_of(when: datetime | date | None) -> date | None:
    """Return the day of a time, in UTC; a time without a zone is UTC."""
    if isinstance(when, datetime):
        return (when.astimezone(UTC) if when.tzinfo else when).date()
    return when


def headline_key(config: Mapping[str, Any], when: datetime | date | None) -> str:
    """Return what a run that logged `acceleration_error` means by it, as a metric's name.

    Before December 2025 the team's runs logged the relative error of the whole derivative, velocity included, under
    this name. Where a run of the team has no date, either may be meant. Runs of other programs are not judged.

    Args:
        config: the run's config.
        when: when it began; None where that is not known.
    """
    if not is_team_run(config):
        return _HEADLINE
    day = day_of(when)
    if day is None:
        return UNDATED_ERROR
    return _HEADLINE if day >= ACCELERATION_ERROR_SINCE else DERIVATIVE_ERROR


def key_as_meant(key: str, headline: str) -> str:
    """Return a history or summary key with `headline` for the acceleration error: `val_acceleration_error` too."""
    before, found, after = key.rpartition(_HEADLINE)
    return before + headline if found and not after and before[-1:] in ("", "_", "/", ".") else key


def run_note(notes: str | None, config: Mapping[str, Any]) -> str | None:
    """Return a run's note: W&B's own, `wandb.notes` and `note` among the parameters, each text once."""
    section = config.get("wandb")
    texts = [notes, section.get("notes") if isinstance(section, Mapping) else None]
    if is_team_run(config):
        texts.append(flat_keys(config).get("note"))
    said = dict.fromkeys(text for text in texts if isinstance(text, str) and text.strip())
    return "\n".join(said) or None
