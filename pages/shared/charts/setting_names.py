"""Short names of settings, for a chart's rows and for sentences: a setting of many parameters fills lines."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from orbitsens.sensitivity.settings import SEPARATOR

FEW = 3  # parameters that are told whole
MOST_DIFFERENCES = 5
LINES_OF_ALL = 60  # that rows in one chart have room for, with a gap between rows


class SettingNames(NamedTuple):
    """What settings are called.

    `rows`: names of rows by the settings' labels; `title`: what all of them are values of, or ""; `key`: the sentence
    that says how to read the names, "" where they need none.
    """

    rows: Mapping[str, str]
    title: str
    key: str

    @property
    def said(self) -> dict[str, str]:
        """Names for sentences and tables, by the settings' labels."""
        return {setting: f"{self.title} {name}".strip() for setting, name in self.rows.items()}


def setting_names(settings: Sequence[str], first: int = 0) -> SettingNames:
    """Name settings by their labels, in their order; `first` is how many come before them in other charts.

    Of one parameter: its values. Of few: all of them. Of many: what differs from the setting that shares most with
    the others, the base, where rows have room for that; else numbers.
    """
    parts = [setting.split(SEPARATOR) for setting in settings]
    whole = dict(zip(settings, settings, strict=True))
    n_parameters = max(map(len, parts), default=0)
    if len(settings) < 2 or 1 < n_parameters <= FEW:
        return SettingNames(whole, "", "")
    if n_parameters == 1:
        title = _shared_words(settings)
        return SettingNames({name: name.removeprefix(title) for name in settings}, title.strip(), "")
    if len(set(map(len, parts))) == 1:
        base = min(parts, key=lambda one: sum(len(_differences(other, one)) for other in parts))
        different = [_differences(one, base) for one in parts]
        most = max(map(len, different))
        if most <= MOST_DIFFERENCES and len(settings) * (most + 1) <= LINES_OF_ALL:
            short = [SEPARATOR.join(each) or "base" for each in different]
            key = f"Base: {SEPARATOR.join(base)}. Other settings are called by what differs from it."
            return SettingNames(dict(zip(settings, short, strict=True)), "", key)
    numbers = {name: f"setting {first + i}" for i, name in enumerate(settings, start=1)}
    return SettingNames(numbers, "", "Settings are numbered in the order of their parameters, which the table has.")


def _differences(one: Sequence[str], base: Sequence[str]) -> list[str]:
    return [part for part, usual in zip(one, base, strict=True) if part != usual]


def _shared_words(settings: Sequence[str]) -> str:
    """What all settings begin with, to the end of a word: the name of the parameter that makes them."""
    words = zip(*(setting.split(" ") for setting in settings), strict=False)
    return "".join(f"{same[0]} " for same in takewhile(lambda column: len(set(column)) == 1, words))
