"""Which runs lie in W&B's local folder, and whether their files are as they were."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from runner.found import READING, Found
from runner.wandb_files import LocalRun, empty_folders
from runner.wandb_local import read_run
from store.canonical import digest
from store.fence import CONTENT_ERRORS, unreadable_content
from store.filters import group_text
from store.records import RunRecord, Unreadable

SAMPLE = 4096  # bytes at both ends of a file, which only grows while its run is written

Paths = Sequence[Path]


def local_found(
    wandb_dirs: Sequence[Path],
    listing: Collection[LocalRun],
    groups: Collection[str] | None,
    since: datetime | None = None,
) -> list[Found | Unreadable]:
    """Return those runs of some folders that are meant, each whole, without reading them.

    A file whose group or start cannot be told is listed whatever is asked for, and so is a folder without a file.

    Args:
        wandb_dirs: the folders with the directories `offline-run-*` and `run-*`.
        listing: their runs.
        groups: the groups to list; None lists all runs.
        since: only runs started, or taken up again, then or later.
    """
    found: list[Found | Unreadable] = [_found(run) for run in listing if _is_meant(run, groups, since)]
    return found + list(empty_folders(*wandb_dirs))


def read_files(paths: Paths, ancestors: Sequence[Paths]) -> list[RunRecord | Unreadable]:
    """Read the files of one run, in any process (see `runner.wandb_local.read_run`)."""
    try:
        return list(read_run(paths, ancestors))
    except CONTENT_ERRORS as error:
        reason = unreadable_content(error)
    except OSError as error:
        reason = f"The run cannot be read: {error.strerror or error}."
    return [Unreadable(str(paths[0]), reason)]


def _found(run: LocalRun) -> Found | Unreadable:
    try:
        mark = _mark(run)
    except OSError as error:  # it has gone since it was listed
        return Unreadable(str(run.paths[0]), f"The run cannot be read: {error.strerror or error}.")
    return Found(str(run.paths[0].absolute()), mark, partial(read_files, run.paths, run.ancestors))


def _is_meant(run: LocalRun, groups: Collection[str] | None, since: datetime | None) -> bool:
    if run.run_id is None:
        return True
    in_group = groups is None or group_text(run.group) in groups
    return in_group and (since is None or not run.starts or max(run.starts) >= since)


def _mark(run: LocalRun) -> str:
    """Name what the record of a run is made of: the content of its files and its models.

    Whether an unfinished run still lives is not in the files: `runner.sync` reads those that did each time.
    """
    parts: list[str | bytes] = [READING]
    for path in [*run.paths, *(path for paths in run.ancestors for path in paths)]:
        parts += [path.parent.name, *_state_of(path)]
        for model in sorted((path.parent / "files").glob("*.eqx")):
            parts += [model.name, _stamp(model)]
    return digest(*parts)


def _state_of(path: Path) -> list[str | bytes]:
    try:
        with path.open("rb") as file:
            start = file.read(SAMPLE)
            file.seek(max(0, path.stat().st_size - SAMPLE))
            return [_stamp(path), start, file.read()]
    except OSError as error:
        return [str(error)]


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"
