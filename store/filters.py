"""Which runs are meant: the filter that all pages share, as plain values."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True)
class JsonValue:
    """A logged list or mapping, as canonical JSON: such a value has no hash."""

    text: str


@dataclass(frozen=True)
class LongText:
    """A value of very many letters, by the SHA-256 of its text in the store; `beginning` is for people."""

    sha256: str
    beginning: str = field(default="", compare=False)


Value = str | int | float | bool | JsonValue | LongText | None


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; None leaves an end open. A missing value lies in no range."""

    low: float | None = None
    high: float | None = None


class Measured(NamedTuple):
    """What a number is: the metric, and the dataset and split it was measured on."""

    metric: str
    dataset: str | None
    split: str


@dataclass(frozen=True)
class RunFilter:
    """Runs that meet every restriction; an empty one restricts nothing.

    `groups`, `states` and `tags`: any of these; None among the groups means the runs without one. `parameters`: per
    name the values that are meant (None: the run does not have it) or a range; the names are columns of the table
    `parameters` or keys of `extra_parameters`. `metrics`: a range of finite values for each. `created_from`,
    `created_to`: whole days, UTC, both included. `text` is looked for, whatever its case, in run id, name, group,
    notes and tags. `tagged` and `noted` are the keys of runs that have one of `tags`, or `text`, in what the team says
    of them beside the catalogue.
    """

    groups: tuple[str | None, ...] = ()
    states: tuple[str, ...] = ()
    parameters: tuple[tuple[str, tuple[Value, ...] | Range], ...] = ()
    created_from: date | None = None
    created_to: date | None = None
    tags: tuple[str, ...] = ()
    text: str = ""
    tagged: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    metrics: tuple[tuple[Measured, Range], ...] = ()
    # True equals 1 in Python, and so would two filters that find different runs: in caches too.
    spelling: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spelling", repr(self.parameters))


EVERYTHING = RunFilter()
NO_GROUP = "(no group)"  # how people spell the runs without a group


def of_group(group: str | None) -> RunFilter:
    """All runs of one group; None, or what a table has for a missing name: those without one."""
    return RunFilter(groups=(group if isinstance(group, str) else None,))


def group_named(text: str) -> str | None:
    """Return the group that a person means; None for "(no group)" and an empty name, the runs without one."""
    return None if text in (NO_GROUP, "") else text


def group_text(group: object) -> str:
    """What to call a group; a missing name, whatever stands for it in a table, is "(no group)"."""
    return group if isinstance(group, str) and group else NO_GROUP
