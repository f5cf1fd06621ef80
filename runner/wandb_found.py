"""Which runs lie in W&B's local folder, and whether their files are as they were."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from runner.found import READING, Found
from runner.wandb_local import read_head, read_run, run_files, start_time
from store.canonical import digest
from store.records import RunRecord, Unreadable

SAMPLE = 4096  # bytes at both ends of a file, which only grows while its run is written


def local_found(wandb_dir: Path, groups: Collection[str] | None, since: datetime | None = None) -> list[Found]:
    """List the local runs of W&B without reading them.

    A file whose group or start cannot be told is listed whatever is asked for.

    Args:
        wandb_dir: the folder with the directories `offline-run-*` and `run-*`.
        groups: the groups to list; None lists all runs.
        since: only runs started then or later.
    """
    chosen = [paths for paths in run_files(wandb_dir) if any(_is_meant(path, groups, since) for path in paths)]
    only = None if groups is None else tuple(sorted(groups))
    return [Found(str(paths[0].absolute()), _mark(paths, only), partial(read_files, paths, only)) for paths in chosen]


def read_files(paths: Sequence[Path], groups: Collection[str] | None) -> list[RunRecord | Unreadable]:
    """Read the files of one run id, in any process (see `runner.wandb_local.read_run`)."""
    return list(read_run(paths, groups))


def _is_meant(path: Path, groups: Collection[str] | None, since: datetime | None) -> bool:
    if groups is None and since is None:
        return True
    head = read_head(path)
    if head is None:
        return True
    started = start_time(head)
    return (groups is None or head.run_group in groups) and (since is None or started is None or started >= since)


def _mark(paths: Sequence[Path], groups: Collection[str] | None) -> str:
    """Name what the record of these files is made of: their content and their models.

    Whether an unfinished run still lives is not in the files: `runner.sync` reads those that did each time.
    """
    parts: list[str | bytes] = [READING, *([repr(groups)] if len(paths) > 1 else [])]
    for path in paths:
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
