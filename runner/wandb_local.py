"""W&B in, from local files: what `run-<id>.wandb` holds, as records for the run store."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]  # generated code

from runner.liveness import is_alive
from runner.old_names import renamed_history, renamed_summary
from runner.team_runs import as_meant
from runner.wandb_attempts import ALL, Fork, Part, distinct, fork_of, joined, misses_its_beginning, parts_of, up_to
from runner.wandb_files import RunFile, local_listing, read_file, start_time
from runner.wandb_framing import CutOff, DamagedFile, read_records
from runner.wandb_model import local_model
from runner.wandb_records import Rows, merged, merged_summary, rows_table
from runner.wandb_values import PREEMPTED, REASONS, finished_at, started_at, without_own_keys
from store.records import ModelFile, RunRecord, State, Unreadable, group_name

STILL_RUNNING_SECONDS = 120
REWOUND = "The run was rewound, and the file with its steps before that is not here."
KILLED = (130, 255)


def local_runs(
    wandb_dir: Path, groups: Collection[str] | None, on_progress: Callable[[int, int], None] | None = None
) -> Iterator[RunRecord | Unreadable]:
    """Read the local runs of W&B, one after the other, each whole.

    The files of one run make one record (see `runner.wandb_attempts`). A file without a readable head is Unreadable,
    whatever the `groups`, since its group cannot be told.

    Args:
        wandb_dir: the folder with the directories `offline-run-*` and `run-*`.
        groups: the groups to read; None reads all runs.
        on_progress: told how many runs are done, and how many there are.
    """
    chosen = [run for run in local_listing(wandb_dir) if groups is None or run.run_id is None or run.group in groups]
    for done, run in enumerate(chosen, start=1):
        yield from read_run(run.paths, run.ancestors)
        if on_progress:
            on_progress(done, len(chosen))


def local_groups(wandb_dir: Path) -> Counter[str]:
    """Count the local runs of each group, by their heads alone."""
    return Counter(run.group for run in local_listing(wandb_dir) if run.group)


def read_run(paths: Sequence[Path], ancestors: Sequence[Sequence[Path]] = ()) -> Iterator[RunRecord | Unreadable]:
    """Read the files of one run, oldest first: one record, and what cannot be read of it.

    `ancestors` are the files of the runs that it may have been forked from, the nearest first.
    """
    read = [read_file(path) for path in paths]
    yield from (file for file in read if isinstance(file, Unreadable))
    files = distinct(file for file in read if isinstance(file, RunFile))
    if files:
        yield _record(files, ancestors)


def is_being_written(path: Path) -> bool:
    """Say whether the process of an unfinished run lives: by its mark, else by how old the last change is."""
    alive = is_alive(path.parent)
    return time.time() - path.stat().st_mtime < STILL_RUNNING_SECONDS if alive is None else alive


def has_end_record(path: Path) -> bool:
    """Say whether the whole of a finished run is on disk."""
    last: deque[bytes] = deque(maxlen=20)
    try:
        last.extend(read_records(path.read_bytes()))
    except DamagedFile:
        return False
    return any(Record.FromString(content).HasField("exit") for content in last)


def _record(files: Sequence[RunFile], ancestors: Sequence[Sequence[Path]]) -> RunRecord:
    parts = parts_of(files)
    latest = [part.file.records["run"][-1] for part in parts]
    config = merged(
        chain.from_iterable(
            [*(run.config for run in part.file.records["run"]), *part.file.records.get("config", ())] for part in parts
        )
    )
    created = started_at(config, start_time(parts[0].file.head))
    summary: dict[str, Any] = {}
    for part in parts:
        summary |= merged_summary(part.file.records.get("summary", ()), part.until)
    state, reason = _state(parts[-1].file)
    history, problem = _history(parts, ancestors)
    run = latest[-1]
    sweep_id = _last(file.head.sweep_id for file in files)
    found = RunRecord(
        entity=run.entity,
        project=run.project,
        run_id=run.run_id,
        name=_last(record.display_name for record in latest) or run.run_id,
        group=group_name(_last(file.head.run_group for file in files), sweep_id),
        state=state,
        reason=" ".join(sentence for sentence in (reason, problem) if sentence) or None,
        created_at=created,
        finished_at=None if state == "running" else finished_at(created, summary),
        tags=tuple(next((record.tags for record in reversed(latest) if record.tags), ())),
        notes=_last(record.notes for record in latest),
        url=None,
        config=without_own_keys(config),
        summary=renamed_summary(without_own_keys(summary)),
        history=renamed_history(history),
        model=_model(parts, run.run_id),
        source="local",
        sweep_id=sweep_id,
    )
    return as_meant(found)


def _last(texts: Iterable[str]) -> str | None:
    """The last text that says something: a file that takes a run up again need not repeat its group or its name."""
    return next((text for text in reversed(list(texts)) if text), None)


def _history(parts: Sequence[Part], ancestors: Sequence[Sequence[Path]]) -> tuple[pa.Table, str | None]:
    """Return the whole history, and a sentence about what is missing of it."""
    rows, problem = _rows(parts, ancestors)
    return rows_table(rows), problem


def _rows(parts: Sequence[Part], ancestors: Sequence[Sequence[Path]]) -> tuple[Rows, str | None]:
    own, fork = joined([part.rows for part in parts]), fork_of(parts)
    if fork is None:
        return own, REWOUND if misses_its_beginning(parts) else None
    if not ancestors:
        return own, _missing(fork)
    read = [read_file(path) for path in ancestors[0]]
    files = distinct(file for file in read if isinstance(file, RunFile))
    if not files:
        return own, _missing(fork)
    before, problem = _rows(parts_of(files), ancestors[1:])
    return joined([up_to(before, fork.step), own]), problem


def _missing(fork: Fork) -> str:
    return f"The run was forked from run {fork.run_id}, which is not here: its steps up to {fork.step:g} are missing."


def _model(parts: Sequence[Part], run_id: str) -> ModelFile | None:
    """The run's last model; one that was logged on a branch that was abandoned since is not."""
    kept = [part for part in reversed(parts) if part.until == ALL]
    found = (local_model(part.file.records.get("artifact", ()), part.file.path.parent, run_id) for part in kept)
    return next((model for model in found if model is not None), None)


def _state(file: RunFile) -> tuple[State, str | None]:
    problem = f"The run's file {file.damage}." if file.damage else None
    exits, preempting = file.records.get("exit", ()), "preempting" in file.records
    if exits:
        code = exits[-1].exit_code
        if code == 0:
            return "finished", problem
        if preempting:
            return "killed", PREEMPTED
        state: State = "killed" if code in KILLED else "failed"
        return state, REASONS[state]
    may_grow = file.damage is None or isinstance(file.damage, CutOff)
    if may_grow and is_being_written(file.path):
        return "running", REASONS["running"]
    if preempting:
        return "killed", PREEMPTED
    return "crashed", problem if problem and not may_grow else REASONS["crashed"]
