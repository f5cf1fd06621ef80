"""What a run looks like on its way into the store: one record type for every source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

SWEEP = "sweep "  # and the id of a W&B sweep: the group of its runs that have none

State = Literal["finished", "running", "crashed", "failed", "killed", "diverged"]


def group_name(group: str | None, sweep_id: str | None) -> str | None:
    """Return the group that a run is shown in: its own, else the W&B sweep that started it, as "sweep <id>"."""
    return group or (f"{SWEEP}{sweep_id}" if sweep_id else None)


@dataclass(frozen=True)
class ModelFile:
    """The model of a run: `path` holds the `.eqx` bytes, or is None; `problem` says in a sentence what is wrong."""

    path: Path | None
    artifact: str
    problem: str | None = None


@dataclass(frozen=True)
class RunRecord:
    """One W&B run, whatever its source.

    `config` and `summary` are plain JSON-like mappings as W&B keeps them, `history` has an int64 column `step` and
    one float64 column per key (missing is null), times are UTC. `state` is what W&B says; the store itself derives
    "diverged". `reason` says in a sentence why a run is not "finished", or what could not be read of it. `assumed` has
    the keys that a run of the team did not log, or logged by a name that meant something else, with the values that its
    model is read with. `sweep_id` is that of the W&B sweep whose agent started the run, and its group where it has none
    (see `group_name`).
    """

    entity: str
    project: str
    run_id: str
    name: str
    group: str | None
    state: State
    reason: str | None
    created_at: datetime | None
    finished_at: datetime | None
    tags: tuple[str, ...]
    notes: str | None
    url: str | None
    config: Mapping[str, Any]
    summary: Mapping[str, Any]
    history: pa.Table
    model: ModelFile | None
    source: Literal["local", "api"]
    assumed: Mapping[str, Any] = field(default_factory=dict)
    sweep_id: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """A run of which nothing usable could be read: where it is, and why, in a sentence."""

    where: str
    reason: str


@dataclass(frozen=True)
class SeenBefore:
    """What its source has as it was when it made the stored records of these hashes, by run key.

    `read` brings the records anew, for a store that does not have them (any more).
    """

    record_hashes: Mapping[str, str]
    read: Callable[[], Sequence[RunRecord | Unreadable]]


Incoming = RunRecord | Unreadable | SeenBefore
