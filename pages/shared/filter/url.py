"""The filter in the URL, and back.

`group`, `state` and `tag` are repeated for several; `group=(no group)` is the runs without one, and `group=*` says
that all groups are meant where a page would begin with the newest. A parameter's values are repeated too,
`p.width=16&p.width=32`, "(unset)" among them; a range is `p.width=16..64`, with either end left out where it is open
(`pages.shared.filter.values` has the other forms). A range of a metric has its split and dataset behind it:
`m.acceleration_error=0.26..1.07:test:complex_TBP_planar_10_test`. Dates are `from=2026-01-28` and `to=`, both
included, and `text` is what to look for. `except` has the parameters that make no settings of their own, where they
are not the seeds; `except=none` is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from urllib.parse import quote, unquote

from orbitsens.config import SEED_KEYS
from pages.shared.filter.values import range_in_url, range_of_url, value_in_url, value_of_url
from pages.shared.text import NO_GROUP, plain
from store.filters import EVERYTHING, Measured, Range, RunFilter, Value

ANY_GROUP = "*"
NOTHING = "none"
PREFIX, METRIC = "p.", "m."
_NAMED = ("group", "state", "tag", "from", "to", "text", "except")

Query = Mapping[str, Sequence[str]]
NO_KINDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Asked:
    """What the URL asks for: which runs, and the parameters that make no settings. `all_groups`: it says `group=*`."""

    filter: RunFilter = EVERYTHING
    but: tuple[str, ...] = SEED_KEYS
    all_groups: bool = False


def belongs(key: str) -> bool:
    """Whether a key of the URL is part of the filter."""
    return key in _NAMED or key.startswith((PREFIX, METRIC))


def to_query(asked: Asked, kinds: Mapping[str, str] = NO_KINDS) -> dict[str, list[str]]:
    """Write what is asked for as keys of the URL; what restricts nothing has none.

    `kinds`: as for `from_query`; a value of a parameter that is not there says by its type what kind it is.
    """
    which = asked.filter
    groups = [NO_GROUP if group is None else group for group in which.groups]
    query = {
        "group": groups or [ANY_GROUP] * asked.all_groups,
        "state": list(which.states),
        **{PREFIX + name: texts(wanted, kinds.get(name)) for name, wanted in which.parameters},
        **metrics_in_url(which.metrics),
        "tag": list(which.tags),
        "from": [which.created_from.isoformat()] if which.created_from else [],
        "to": [which.created_to.isoformat()] if which.created_to else [],
        "text": [which.text] if which.text else [],
        "except": [] if asked.but == SEED_KEYS else list(asked.but) or [NOTHING],
    }
    return {key: values for key, values in query.items() if values}


def from_query(query: Query, kinds: Mapping[str, str]) -> tuple[Asked, list[str]]:
    """Read what the URL asks for, and sentences (Markdown) on what in it cannot be read.

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
            known = name if kinds.get(name, "extra") != "extra" else plain(name)
            problems.append(f"{known}: {plain(', '.join(query[key]))} is no value of it, so it is left out.")
    metrics: list[tuple[Measured, Range]] = []
    for key in (key for key in query if key.startswith(METRIC)):
        for text in query[key]:
            found = _metric_of_url(key.removeprefix(METRIC), text)
            if found is None:
                problems.append(
                    f"{plain(key)}: {plain(text)} is not a range such as 1..10:test:DATASET: it is left out."
                )
            else:
                metrics.append(found)
    days: dict[str, date | None] = {}
    for key in ("from", "to"):
        try:
            days[key] = date.fromisoformat(query[key][0]) if query.get(key) else None
        except ValueError:
            problems.append(f"{key}: {plain(query[key][0])} is no date such as 2026-01-28, so it is left out.")
    whole = replace(
        which,
        parameters=tuple(parameters),
        metrics=tuple(metrics),
        created_from=days.get("from"),
        created_to=days.get("to"),
    )
    but = tuple(name for name in query["except"] if name != NOTHING) if query.get("except") else SEED_KEYS
    return Asked(whole, but, ANY_GROUP in query.get("group", ())), problems


def texts(wanted: tuple[Value, ...] | Range, kind: str | None) -> list[str]:
    """What a parameter is wanted to be, as the URL has it; `kind` None: that of the type of each value."""
    if isinstance(wanted, Range):
        return [range_in_url(wanted)]
    return [value_in_url(value, kind or _KIND_OF.get(type(value), "")) for value in wanted]


def metrics_in_url(metrics: Sequence[tuple[Measured, Range]]) -> dict[str, list[str]]:
    """Ranges of metrics as keys of the URL with their values."""
    found: dict[str, list[str]] = {}
    for (metric, dataset, split), wanted in metrics:
        parts = [range_in_url(wanted), quote(split, safe=" "), *([] if dataset is None else [dataset])]
        found.setdefault(METRIC + metric, []).append(":".join(parts))
    return found


def _metric_of_url(metric: str, text: str) -> tuple[Measured, Range] | None:
    ends, _, rest = text.partition(":")
    split, has_dataset, dataset = rest.partition(":")
    wanted = range_of_url(ends)
    if wanted is None or not split:
        return None
    return Measured(metric, dataset if has_dataset else None, unquote(split)), wanted


_KIND_OF: Mapping[type, str] = {int: "whole", float: "number", bool: "truth", str: "word"}


def _wanted(texts: Sequence[str], kind: str) -> tuple[Value, ...] | Range:
    found = range_of_url(texts[0]) if len(texts) == 1 and kind in ("whole", "number", "extra") else None
    return found or tuple(value_of_url(text, kind) for text in texts)
