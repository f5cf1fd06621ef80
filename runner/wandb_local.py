"""W&B in, from local files: what `run-<id>.wandb` holds, as records for the run store."""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]  # generated code

from runner.liveness import is_alive
from runner.old_names import renamed_history, renamed_summary
from runner.team_runs import as_meant
from runner.wandb_framing import CutOff, DamagedFile, read_records
from runner.wandb_model import local_model
from runner.wandb_plain import plain
from runner.wandb_records import history_table, merged, merged_summary
from runner.wandb_values import REASONS, finished_at, started_at, without_own_keys
from store.records import RunRecord, State, Unreadable

STILL_RUNNING_SECONDS = 120
KILLED = (130, 255)
HEAD_BYTES = 2**16


@dataclass(frozen=True)
class RunFile:
    """One `.wandb` file: its records by type, in order, up to its end or its damage.

    Records are messages, plain ones of history and summary their items (see `runner.wandb_plain`). `head` is the first
    run record, `own_steps` has W&B's step of each history record.
    """

    path: Path
    head: Any
    records: Mapping[str, Sequence[Any]]
    own_steps: Sequence[Any]
    damage: DamagedFile | None


def local_runs(
    wandb_dir: Path, groups: Collection[str] | None, on_progress: Callable[[int, int], None] | None = None
) -> Iterator[RunRecord | Unreadable]:
    """Read the local runs of W&B, one after the other.

    A run that was resumed has several files, which make one record. A file without a readable head is Unreadable,
    whatever the `groups`, since its group cannot be told.

    Args:
        wandb_dir: the folder with the directories `offline-run-*` and `run-*`.
        groups: the groups to read; None reads all runs.
        on_progress: told how many runs are done, and how many there are.
    """
    chosen = [paths for paths in run_files(wandb_dir) if any(_may_be_in(groups, path) for path in paths)]
    for done, paths in enumerate(chosen, start=1):
        yield from read_run(paths, groups)
        if on_progress:
            on_progress(done, len(chosen))


def local_groups(wandb_dir: Path) -> Counter[str]:
    """Count the local runs of each group, by their heads alone."""
    heads = (read_head(paths[-1]) for paths in run_files(wandb_dir))
    return Counter(head.run_group for head in heads if head is not None and head.run_group)


def run_files(wandb_dir: Path) -> list[tuple[Path, ...]]:
    """List the run files of a folder, those of one run id together, oldest first."""
    by_id: dict[str, list[Path]] = {}
    for path in chain(wandb_dir.glob("offline-run-*/run-*.wandb"), wandb_dir.glob("run-*/run-*.wandb")):
        by_id.setdefault(path.stem, []).append(path)
    # Directories are named [offline-]run-{date}_{time}-{id}.
    return sorted(
        tuple(sorted(paths, key=lambda p: p.parent.name.removeprefix("offline-"))) for paths in by_id.values()
    )


def read_run(paths: Sequence[Path], groups: Collection[str] | None = None) -> Iterator[RunRecord | Unreadable]:
    """Read the files of one run id: one record, or one for each project that has a run of this id."""
    runs: dict[tuple[str, str], list[RunFile]] = {}
    for path in paths:
        match _read(path):
            case Unreadable() as unreadable:
                yield unreadable
            case RunFile() as file if groups is None or file.head.run_group in groups:
                runs.setdefault((file.head.entity, file.head.project), []).append(file)
    for files in runs.values():
        yield _record(files)


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


def _read(path: Path) -> RunFile | Unreadable:
    records: dict[str, list[Any]] = defaultdict(list)
    own_steps: list[Any] = []
    damage = None
    try:
        for content in read_records(path.read_bytes()):
            kind, item, step = plain(content) or _read_message(content)
            records[kind].append(item)
            if kind == "history":
                own_steps.append(step)
    except OSError as error:
        return Unreadable(str(path), f"The file cannot be read: {error.strerror}.")
    except DamagedFile as error:
        damage = error
    if "run" not in records:
        return Unreadable(
            str(path), f"The file {damage or 'ends before its first record'}: no run can be read from it."
        )
    return RunFile(path, records["run"][0], records, own_steps, damage)


def start_time(head: Any) -> datetime | None:
    """Return when a run began, by its head."""
    return head.start_time.ToDatetime(UTC) if head.HasField("start_time") else None


def _may_be_in(groups: Collection[str] | None, path: Path) -> bool:
    head = None if groups is None else read_head(path)
    return head is None or groups is None or head.run_group in groups


def read_head(path: Path) -> Any | None:
    """Read a run file's first run record, a RunRecord message; None if there is none to be read."""
    try:
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
        messages = map(_read_message, read_records(start))
        return next(message for kind, message, _ in messages if kind == "run")
    except (DamagedFile, OSError, StopIteration):
        return None  # then the whole file says what is wrong


def _read_message(content: bytes) -> tuple[str, Any, Any]:
    """Return a record's type, its message, and a history row's own step, a message, as `plain` does."""
    try:
        record = Record.FromString(content)
    except DecodeError as error:
        raise DamagedFile("holds a record that this version of wandb cannot read") from error
    kind = record.WhichOneof("record_type") or "nothing"
    return kind, getattr(record, kind, None), record.history.step


def _record(files: Sequence[RunFile]) -> RunRecord:
    def all_of(*kinds: str) -> list[Any]:
        return [message for file in files for kind in kinds for message in file.records.get(kind, ())]

    own_steps = [step for file in files for step in file.own_steps]
    latest = all_of("run")[-1]
    config = merged([*(run.config for run in all_of("run")), *all_of("config")])
    created = started_at(config, start_time(files[0].head))
    summary = merged_summary(all_of("summary"))
    state, reason = _state(files[-1])
    found = RunRecord(
        entity=latest.entity,
        project=latest.project,
        run_id=latest.run_id,
        name=latest.display_name or latest.run_id,
        group=latest.run_group or None,
        state=state,
        reason=reason,
        created_at=created,
        finished_at=None if state == "running" else finished_at(created, summary),
        tags=tuple(latest.tags),
        notes=latest.notes or None,
        url=None,
        config=without_own_keys(config),
        summary=renamed_summary(without_own_keys(summary)),
        history=renamed_history(history_table(all_of("history"), own_steps)),
        model=local_model(all_of("artifact"), files[-1].path.parent, latest.run_id),
        source="local",
    )
    return as_meant(found)


def _state(file: RunFile) -> tuple[State, str | None]:
    problem = f"The run's file {file.damage}." if file.damage else None
    exits = file.records.get("exit", ())
    if exits:
        code = exits[-1].exit_code
        if code == 0:
            return "finished", problem
        state: State = "killed" if code in KILLED else "failed"
        return state, REASONS[state]
    may_grow = file.damage is None or isinstance(file.damage, CutOff)
    if may_grow and is_being_written(file.path):
        return "running", REASONS["running"]
    return "crashed", problem if problem and not may_grow else REASONS["crashed"]
