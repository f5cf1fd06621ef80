"""The filter in the URL, and back.

`group`, `state` and `tag` are repeated for several; `group=(no group)` is the runs without one, and `group=*` says
that all groups are meant where a page would begin with the newest. A parameter's values are repeated too,
`p.width=16&p.width=32`, "(unset)" among them; a range is `p.width=16..64`, with either end left out where it is open.
Dates are `from=2026-01-28` and `to=`, both included, and `text` is what to look for. `except` has the parameters that
make no settings of their own, where they are not the seeds; `except=none` is none.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.settings import UNSET
from pages.shared.text import NO_GROUP
from store.canonical import canonical_json
from store.filters import EVERYTHING, Range, RunFilter, Value

ANY_GROUP = "*"
NOTHING = "none"
PREFIX = "p."
_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")
_NAMED = ("group", "state", "tag", "from", "to", "text", "except")

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Asked:
    """What the URL asks for: which runs, and the parameters that make no settings. `all_groups`: it says `group=*`."""

    filter: RunFilter = EVERYTHING
    but: tuple[str, ...] = SEED_KEYS
    all_groups: bool = False


def belongs(key: str) -> bool:
    """Whether a key of the URL is part of the filter."""
    return key in _NAMED or key.startswith(PREFIX)


def to_query(asked: Asked) -> dict[str, list[str]]:
    """Write what is asked for as keys of the URL; what restricts nothing has none."""
    which = asked.filter
    groups = [NO_GROUP if group is None else group for group in which.groups]
    query = {
        "group": groups or [ANY_GROUP] * asked.all_groups,
        "state": list(which.states),
        **{PREFIX + name: texts(wanted) for name, wanted in which.parameters},
        "tag": list(which.tags),
        "from": [which.created_from.isoformat()] if which.created_from else [],
        "to": [which.created_to.isoformat()] if which.created_to else [],
        "text": [which.text] if which.text else [],
        "except": [] if asked.but == SEED_KEYS else list(asked.but) or [NOTHING],
    }
    return {key: values for key, values in query.items() if values}


def from_query(query: Query, kinds: Mapping[str, str]) -> tuple[Asked, list[str]]:
    """Read what the URL asks for, and sentences on what in it cannot be read.

    `kinds` says what each parameter is, see `store.queries.FilterChoices`; one that is not there is taken as a word.
    """
    problems: list[str] = []
    which = RunFilter(
        groups=tuple(None if name == NO_GROUP else name for name in query.get("group", ()) if name != ANY_GROUP),
        states=tuple(query.get("state", ())),
        tags=tuple(query.get("tag", ())),
        text="".join(query.get("text", ())[:1]),
    )
    parameters: list[tuple[str, tuple[Value, ...] | Range]] = []
    for key in (key for key in query if key.startswith(PREFIX)):
        name = key.removeprefix(PREFIX)
        try:
            parameters.append((name, _wanted(query[key], kinds.get(name, "word"))))
        except ValueError:
            problems.append(f"{name}: {', '.join(query[key])} is no value of it, so it is left out.")
    days: dict[str, date | None] = {}
    for key in ("from", "to"):
        try:
            days[key] = date.fromisoformat(query[key][0]) if query.get(key) else None
        except ValueError:
            problems.append(f"{key}: {query[key][0]} is no date such as 2026-01-28, so it is left out.")
    whole = replace(which, parameters=tuple(parameters), created_from=days.get("from"), created_to=days.get("to"))
    but = tuple(name for name in query["except"] if name != NOTHING) if query.get("except") else SEED_KEYS
    return Asked(whole, but, ANY_GROUP in query.get("group", ())), problems


def value_in_url(value: Value) -> str:
    """One value of a parameter as the URL has it."""
    if value is None:
        return UNSET
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) else canonical_json(value)


def texts(wanted: tuple[Value, ...] | Range) -> list[str]:
    """What a parameter is wanted to be, as the URL has it."""
    if isinstance(wanted, Range):
        return ["..".join("" if end is None else repr(end).removesuffix(".0") for end in (wanted.low, wanted.high))]
    return [value_in_url(value) for value in wanted]


def _wanted(texts: Sequence[str], kind: str) -> tuple[Value, ...] | Range:
    found = _RANGE.fullmatch(texts[0]) if len(texts) == 1 and kind in ("whole", "number", "extra") else None
    if found:
        return Range(*(None if end is None else float(end) for end in found.groups()))
    return tuple(_value(text, kind) for text in texts)


def _value(text: str, kind: str) -> Value:
    if text == UNSET:
        return None
    if kind == "whole":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "truth" and text not in ("true", "false"):
        raise ValueError(text)
    if kind == "truth":
        return text == "true"
    return _extra(text) if kind == "extra" else text


def _extra(text: str) -> Value:
    """The value of a key without a column: JSON, or else the word itself."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return text
    return found if isinstance(found, str | int | float | bool) else text
