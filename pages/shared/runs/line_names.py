"""What the lines of compared runs are called: a run by its seed and id, a setting by what differs, in few letters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.settings import SEPARATOR, value_texts
from pages.shared.charts.setting_names import FEW, setting_names
from pages.shared.runs.curve_lines import Line
from pages.shared.runs.differences import Compared
from pages.shared.text import count

MOST_RUNS = 8  # of which each has a colour of its own
FEWEST_BANDED = 5  # runs of a setting, from which on a band says more than the lines
ROOM, ROOM_BESIDE = 42, 24  # letters of a setting in a narrow chart's legend: alone, and before a seed and an id


def run_lines(of: Compared) -> dict[str, Line]:
    """Make each run a line of its own: its seed and id, behind what its setting differs in."""
    settings = short_settings(of)
    rows = zip(of.runs["run_key"], of.runs["setting"], of.runs["name"], strict=True)
    short = {setting: fitted(name, ROOM_BESIDE) for setting, name in settings.items()}
    names = {key: SEPARATOR.join(filter(None, (short[setting], name))) for key, setting, name in rows}
    return {key: Line(name, name) for key, name in names.items()}


def setting_lines(of: Compared) -> dict[str, Line]:
    """Make each run a line of its setting; one setting is called "all runs"."""
    settings = {setting: fitted(name, ROOM) for setting, name in short_settings(of).items()}
    if len(set(settings.values())) < len(settings):
        settings = {setting: f"setting {i}" for i, setting in enumerate(settings, start=1)}
    rows = zip(of.runs["run_key"], of.runs["setting"], of.runs["name"], strict=True)
    return {key: Line(settings[setting] or setting, name) for key, setting, name in rows}


def run_tips(of: Compared) -> dict[str, str]:
    """The names of runs in a tip, by those of their lines: no more than tells them apart."""
    settings = short_settings(of)
    short = of.runs["setting"].map({setting: fitted(name, ROOM_BESIDE) for setting, name in settings.items()})
    seeds = pd.Series([f"seed {text}" for text in value_texts(of.runs["seed"])], index=of.runs.index)
    both = short.where(short == "", short + ", ") + seeds
    lines = [line.series for line in run_lines(of).values()]
    whole = pd.Series(lines, index=of.runs.index)
    told = next(names for names in (short, both, whole) if names.is_unique and (names != "").all())
    return dict(zip(lines, told, strict=True))


def setting_tips(of: Compared) -> dict[str, str]:
    """The names of settings in a tip, by those of their lines; of several runs the value is the median."""
    sizes = pd.Series([line.series for line in setting_lines(of).values()]).value_counts(sort=False)
    return {str(name): f"{name}, median of {count(n, 'run')}" if n > 1 else str(name) for name, n in sizes.items()}


def short_settings(of: Compared) -> Mapping[str, str]:
    """Call each setting by the values that differ, "" where there is one setting only; by its label."""
    first = of.runs.drop_duplicates("setting")
    settings = [str(setting) for setting in first["setting"]]
    if len(settings) < 2:
        return dict.fromkeys(settings, "")
    if 0 < len(of.setting_parameters) <= FEW:
        columns = {tuple(short_values(first[name], label(name))): name for name in of.setting_parameters}
        names = [SEPARATOR.join(parts) for parts in zip(*columns, strict=True)]
        if len(set(names)) == len(names):
            return dict(zip(settings, names, strict=True))
    return setting_names(settings).rows


def short_values(column: "pd.Series[Any]", name: str) -> list[str]:
    """Write the values of a parameter called `name`: words alone, and of long names only the parts that differ."""
    texts = value_texts(column)
    parts = [text.split("_") for text in texts]
    if len({len(each) for each in parts}) == 1 and len(parts[0]) > 2:
        differ = [i for i in range(len(parts[0])) if len({each[i] for each in parts}) > 1]
        if all("".join(each[i] for i in differ).isdigit() for each in parts):
            differ = [0, *differ]  # a number alone says nothing
        return ["_".join(each[i] for i in differ) for each in parts]
    return texts if all(map(_is_word, texts)) else [f"{name} {text}" for text in texts]


def fitted(name: str, room: int) -> str:
    """Shorten the name of a setting to the first of its parts that fit into so many letters, and count the others."""
    parts = name.split(SEPARATOR)
    if len(name) <= room:
        return name
    n = max(n for n in range(len(parts)) if len(SEPARATOR.join(parts[:n])) + len(" + 9") <= room)
    return f"{SEPARATOR.join(parts[:n])} + {len(parts) - n}" if n else f"{count(len(parts), 'difference')}"


def _is_word(text: str) -> bool:
    return text[:1].isalpha() and text not in ("true", "false")


def banded(sizes: Sequence[int]) -> bool:
    """Whether bands are drawn unasked: where each setting of several runs has enough of them."""
    several = [size for size in sizes if size > 1]
    return bool(several) and min(several) >= FEWEST_BANDED
