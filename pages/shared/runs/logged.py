"""What runs logged of every parameter: in its column or, of a key without one or a refused value, as JSON."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from orbitsens.sensitivity.settings import UNSET, logged_text, natural_parts, value_text
from pages.shared.meanings import MEANINGS


class Logged(NamedTuple):
    """A value as people read it, and what it is sorted by: numbers, truths, words, lists, null, and last the unset."""

    text: str
    order: tuple[Any, ...]


_UNSET = Logged(UNSET, (5,))


def parameters_of_runs(runs: pd.DataFrame, extras: pd.DataFrame) -> Mapping[str, list[Logged]]:
    """What each run has of each parameter, by name: the known ones first.

    `runs` are rows of `store.run_queries.compared_runs`, `extras` of `compared_extras`. Names of parameters may be
    those of any column of `runs`.
    """
    own: dict[str, dict[str, Logged]] = {}
    for key, run_key, text in zip(extras["key"], extras["run_key"], extras["value"], strict=True):
        own.setdefault(key, {})[run_key] = _of_json(text)
    run_keys = runs["run_key"].tolist()
    typed = {name: [_of_column(value) for value in runs[name].tolist()] for name in MEANINGS if name in runs}
    nothing = [_UNSET] * len(run_keys)
    found = {}
    for name in dict.fromkeys([*typed, *own]):
        logged, column = own.get(name, {}), typed.get(name, nothing)
        pairs = zip(run_keys, column, strict=True)
        found[name] = (
            [logged.get(key, _UNSET) if value is _UNSET else value for key, value in pairs] if logged else column
        )
    return found


def _of_column(value: Any) -> Logged:
    if isinstance(value, str):
        return Logged(value, _order(value))
    return _UNSET if pd.isna(value) else Logged(logged_text(value), _order(value))


@cache
def _of_json(text: str) -> Logged:
    value = json.loads(text)
    return Logged(logged_text(value), _order(value))


def _order(value: object) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return 1, value
    if isinstance(value, int | float):
        return 0, value
    if value is None:
        return (4,)
    return (2, natural_parts(value)) if isinstance(value, str) else (3, natural_parts(value_text(value)))
