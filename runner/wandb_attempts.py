"""What several files of one run id amount to: what W&B makes of them.

- A copy of a file, whole or cut short, is that file.
- *Resumed* (`resume="allow"` or `"must"`): the run continues. Steps that W&B counted itself continue after the last;
  where the program named its steps, the later attempt wins: from its first step on, the earlier rows are left out.
- *Rewound* (`resume_from="id?_step=4"`): the rows after that step are left out, and what was logged with them or later.
- *Forked* (`fork_from="id?_step=4"`): the rows of the other run up to that step come first.
- *Started again* under the same id without any of these: that overwrites all that was logged before. A file that has no
  rows, or whose rows begin after all earlier ones, overwrites nothing, and continues the run.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from runner.wandb_files import RunFile
from runner.wandb_records import Rows, history_rows

ALL = float("inf")


class Part(NamedTuple):
    """A file's share of a run: its rows with their steps in the run, and the file's own step up to which it counts."""

    file: RunFile
    rows: Rows
    until: float = ALL


class Fork(NamedTuple):
    """The run, and W&B's own step in it, from which a run was forked."""

    run_id: str
    step: float


def distinct(files: Iterable[RunFile]) -> list[RunFile]:
    """Keep of copies of a file the one with the most records."""
    best: dict[bytes, RunFile] = {}
    for file in files:
        start = file.head.SerializeToString(deterministic=True)
        if start not in best or _n_records(file) > _n_records(best[start]):
            best[start] = file
    return list(best.values())


def parts_of(files: Sequence[RunFile]) -> list[Part]:
    """Return what the distinct files of a run, oldest first, contribute to it."""
    parts: list[Part] = []
    for file in files:
        rows = history_rows(file.records.get("history", ()), file.own_steps)
        branch = file.head.branch_point
        if branch.run:
            is_fork = branch.run != file.head.run_id
            parts = [] if is_fork else [_cut(part, branch.value) for part in parts]
            start = int(branch.value) + 1
        elif _is_resumed(file) or _overwrites_nothing(rows, parts):
            start = _end(parts)
        else:
            parts, start = [], 0
        counted_by_wandb = not any(record.feature.set_step_log for record in file.records.get("telemetry", ()))
        if counted_by_wandb and len(rows.own_steps) and rows.own_steps[0] < start:
            rows = rows._replace(own_steps=rows.own_steps + (start - rows.own_steps[0]))
        parts.append(Part(file, rows))
    return parts


def fork_of(parts: Sequence[Part]) -> Fork | None:
    """Return where a run was forked; None if it was not."""
    head = parts[0].file.head
    branch = head.branch_point
    return Fork(branch.run, branch.value) if branch.run and branch.run != head.run_id else None


def misses_its_beginning(parts: Sequence[Part]) -> bool:
    """Say whether a run was rewound to a step that no file has."""
    head = parts[0].file.head
    return bool(head.branch_point.run) and head.branch_point.run == head.run_id


def up_to(rows: Rows, step: float) -> Rows:
    """Return the rows up to W&B's own step `step`."""
    return _chosen(rows, rows.own_steps <= step)


def joined(pieces: Sequence[Rows]) -> Rows:
    """Join the rows of a run's attempts, oldest first: where they overlap, the later attempt wins.

    From the first step on at which an attempt has a key that an earlier one has as well, the earlier ones are cut.
    """
    pieces = [piece for piece in pieces if len(piece.own_steps)]
    if len(pieces) == 1:
        return pieces[0]
    by_logged = all(piece.logged_steps is not None for piece in pieces)
    kept: list[Rows] = []
    for later in pieces:
        steps = _steps(later, by_logged)
        before = {key for piece in kept for key in piece.columns if key != "step" and not key.startswith("_")}
        places = [places for key, (places, _) in later.columns.items() if key in before]
        if places:
            first = steps[np.concatenate(places)].min()
            kept = [_chosen(piece, _steps(piece, by_logged) < first) for piece in kept]
        kept.append(later)
    return _concatenated(kept)


def _steps(rows: Rows, by_logged: bool) -> np.ndarray:
    logged = rows.logged_steps if by_logged else None
    # Without rows there is nothing logged.
    return rows.own_steps if logged is None else logged


def _is_resumed(file: RunFile) -> bool:
    told = any(record.feature.resumed for record in file.records.get("telemetry", ()))
    return told or any(run.resume or run.resumed or run.starting_step > 0 for run in file.records["run"])


def _overwrites_nothing(rows: Rows, parts: Sequence[Part]) -> bool:
    return len(rows.own_steps) == 0 or bool(rows.own_steps[0] >= _end(parts) > 0)


def _end(parts: Sequence[Part]) -> int:
    """The step after the last one of the parts."""
    return max((int(part.rows.own_steps.max()) + 1 for part in parts if len(part.rows.own_steps)), default=0)


def _cut(part: Part, step: float) -> Part:
    """Cut a part after a step of the run; its file's own steps may have been counted from another start."""
    rows = up_to(part.rows, step)
    if len(rows.own_steps) == len(part.rows.own_steps):
        return part
    whole = history_rows(part.file.records.get("history", ()), part.file.own_steps).own_steps
    until = float(whole[len(rows.own_steps) - 1]) if len(rows.own_steps) else -1.0
    return Part(part.file, rows, min(part.until, until))


def _chosen(rows: Rows, keep: np.ndarray) -> Rows:
    if keep.all():
        return rows
    position = np.cumsum(keep) - 1
    columns = {}
    for key, (places, numbers) in rows.columns.items():
        here = keep[places.astype(np.int64)]
        if here.any():
            columns[key] = position[places[here].astype(np.int64)], numbers[here]
    return Rows(columns, rows.own_steps[keep])


def _concatenated(pieces: Sequence[Rows]) -> Rows:
    starts = np.cumsum([0, *(len(piece.own_steps) for piece in pieces)])
    columns: dict[str, tuple[Any, Any]] = {}
    for start, piece in zip(starts[:-1], pieces, strict=True):
        for key, (places, numbers) in piece.columns.items():
            before = columns.get(key, (np.array([], dtype=np.int64), np.array([])))
            columns[key] = np.append(before[0], places + start), np.append(before[1], numbers)
    own_steps = np.concatenate([np.array([], dtype=np.int64), *(piece.own_steps for piece in pieces)])
    return Rows(columns, own_steps)


def _n_records(file: RunFile) -> int:
    return sum(len(records) for records in file.records.values())
