"""W&B's local run files: which lie in a folder, which of them make one run, and what is in one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from wandb.proto.wandb_internal_pb2 import Record  # type: ignore[attr-defined]  # generated code

from runner.wandb_framing import DamagedFile, read_records
from runner.wandb_plain import plain
from store.records import Unreadable, group_name

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


class LocalRun(NamedTuple):
    """The files of one run, oldest first, by their heads alone.

    `groups` are those that it was in, the present one last; `starts` the times at which its files were begun.
    `ancestors` are the files of the run that it was forked from, then those of that one's, and so on. A file without a
    readable head is a run of its own, with `run_id` None.
    """

    run_id: str | None
    paths: tuple[Path, ...]
    groups: tuple[str, ...] = ()
    starts: tuple[datetime, ...] = ()
    sweep_id: str | None = None
    ancestors: tuple[tuple[Path, ...], ...] = ()

    @property
    def group(self) -> str | None:
        """Return the group that the run is in: the last that one of its files names, else that of its sweep."""
        return group_name(self.groups[-1] if self.groups else None, self.sweep_id)


def local_listing(*wandb_dirs: Path) -> list[LocalRun]:
    """List the runs of some folders, by the names of their oldest files; a run's files may lie in several folders."""
    read = {path: read_head(path) for wandb_dir in wandb_dirs for path in _run_files(wandb_dir)}
    heads = {path: head for path, head in read.items() if head is not None}
    by_run: dict[tuple[str, str, str], list[Path]] = defaultdict(list)
    for path, head in heads.items():
        by_run[head.entity, head.project, head.run_id].append(path)
    files = {key: tuple(sorted(paths, key=lambda path: _age(path, heads[path]))) for key, paths in by_run.items()}
    runs = [
        LocalRun(
            run_id=key[2],
            paths=paths,
            groups=tuple(heads[path].run_group for path in paths if heads[path].run_group),
            starts=tuple(start for path in paths if (start := start_time(heads[path]))),
            sweep_id=next((heads[path].sweep_id for path in reversed(paths) if heads[path].sweep_id), None),
            ancestors=tuple(_ancestors(key, files, heads)),
        )
        for key, paths in files.items()
    ]
    unreadable = [LocalRun(None, (path,)) for path in read.keys() - heads.keys()]
    return sorted([*runs, *unreadable], key=lambda run: run.paths)


def empty_folders(*wandb_dirs: Path) -> Iterator[Unreadable]:
    """Name the run folders without a run file."""
    for folder in sorted(
        path for pattern in ("offline-run-*", "run-*") for one in wandb_dirs for path in one.glob(pattern)
    ):
        if folder.is_dir() and not any(folder.glob("run-*.wandb")):
            yield Unreadable(str(folder), "The folder has no run file, run-<id>.wandb: no run can be read from it.")


def read_file(path: Path) -> RunFile | Unreadable:
    """Read a run file as far as it can be read; one without a run record is Unreadable."""
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


def read_head(path: Path) -> Any | None:
    """Read a run file's first run record, a RunRecord message; None if there is none to be read."""
    try:
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
        head = _first_run(start)
        # A config larger than this has a head that ends further on.
        return _first_run(path.read_bytes()) if head is None and len(start) == HEAD_BYTES else head
    except OSError:
        return None  # then reading the whole file says what is wrong


def start_time(head: Any) -> datetime | None:
    """Return when a run's file was begun, by its head."""
    try:
        return head.start_time.ToDatetime(UTC) if head.HasField("start_time") else None
    except (ValueError, OverflowError):  # not a time
        return None


def _first_run(data: bytes) -> Any | None:
    try:
        messages = map(_read_message, read_records(data))
        return next((message for kind, message, _ in messages if kind == "run"), None)
    except DamagedFile:
        return None


def _run_files(wandb_dir: Path) -> Iterator[Path]:
    return chain(wandb_dir.glob("offline-run-*/run-*.wandb"), wandb_dir.glob("run-*/run-*.wandb"))


def _age(path: Path, head: Any) -> tuple[float, str]:
    # Folders are named [offline-]run-{date}_{time}-{id}, and may have been renamed.
    start = start_time(head)
    return start.timestamp() if start else 0.0, path.parent.name.removeprefix("offline-")


def _ancestors(
    key: tuple[str, str, str], files: Mapping[tuple[str, str, str], tuple[Path, ...]], heads: Mapping[Path, Any]
) -> Iterator[tuple[Path, ...]]:
    """Yield the files of the runs that a run descends from by forks, the nearest first."""
    seen = {key}
    while key in files:
        forks = [heads[path].branch_point.run for path in files[key]]
        key = (*key[:2], next((run_id for run_id in reversed(forks) if run_id and run_id != key[2]), ""))
        if key in seen or key not in files:
            return
        seen.add(key)
        yield files[key]


def _read_message(content: bytes) -> tuple[str, Any, Any]:
    """Return a record's type, its message, and a history row's own step, a message, as `plain` does."""
    try:
        record = Record.FromString(content)
    except DecodeError as error:
        raise DamagedFile("holds a record that this version of wandb cannot read") from error
    kind = record.WhichOneof("record_type") or "nothing"
    return kind, getattr(record, kind, None), record.history.step
