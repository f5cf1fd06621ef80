"""Evaluations as jobs: each a process of its own, which outlives the app that asked for it.

A job is a folder below `<store>/jobs`, named by what was asked for, so that two people who ask for the same share it.
Nothing here imports JAX or wandb.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from orbitsens.grid_settings import GridSettings
from orbitsens.version import NUMERICS
from runner.jobfiles import (
    END,
    JOB,
    LOG,
    PROCESS,
    PROGRESS,
    SPARE,
    SPARE_BYTES,
    STARTED,
    is_alive,
    now,
    read,
    write,
    write_end,
)
from store.errors import StoreError
from store.job_files import job_folders
from store.layout import JOBS

FOLDER = JOBS
AT_A_TIME = 2
LIMIT_S = 900.0
KEPT = timedelta(days=7)
# s, how long the process of a new job may take until it holds its lock.
_BIRTH = timedelta(seconds=30)
_ROOT = Path(__file__).resolve().parents[1]
# Measured on 2 cores (AMD EPYC) with the note's model: imports and compilation, then per sample and model.
_COLD_S, _POINTWISE_S, _ROLLOUT_S = 6.0, 1e-6, 8e-6


@dataclass(frozen=True)
class Job:
    """A job. `state` is queued, running, done, failed or cancelled; times are UTC, `share` done is 0 to 1."""

    id: str
    title: str
    arguments: tuple[str, ...]
    who: str
    submitted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    state: str
    share: float
    words: str
    message: str

    @property
    def active(self) -> bool:
        """Whether it is still to come to an end."""
        return self.state in ("queued", "running")


def grid_arguments(run_ids: Sequence[str], settings: GridSettings, store: Path) -> list[str]:
    """The arguments of `python -m runner evaluate` for a grid: equal for equal requests."""
    arguments = ["--grid", f"--store={store.resolve()}"]
    for name, value in (
        ("--n-a", settings.n_a),
        ("--n-e", settings.n_e),
        ("--anomalies", settings.anomalies),
        ("--start", settings.start_deg),
        ("--inclination", settings.inclination_deg),
        ("--raan", settings.raan_deg),
        *(("--argument", w) for w in settings.arguments_deg),
    ):
        arguments += [name, repr(value)]
    arguments += ["--a-range", *map(repr, settings.a_range_km), "--e-range", *map(repr, settings.e_range)]
    arguments += ["--rollout", "--revolutions", str(settings.revolutions)] if settings.revolutions else []
    return arguments + _positional(run_ids)


def dataset_arguments(run_ids: Sequence[str], datasets: Sequence[str], store: Path) -> list[str]:
    """The arguments of `python -m runner evaluate` for named datasets."""
    named = [f"--dataset={name}" for name in sorted(set(datasets))]
    return [f"--store={store.resolve()}", *named, *_positional(run_ids)]


def _positional(run_ids: Sequence[str]) -> list[str]:
    """The runs behind the options, since an id may begin with dashes."""
    return ["--", *sorted(set(run_ids))]


def job_id(arguments: Sequence[str]) -> str:
    """The id of the job with these arguments: equal for equal requests of the same numerics."""
    return hashlib.sha256(json.dumps([f"numerics {NUMERICS}", *arguments]).encode()).hexdigest()[:16]


def estimate_s(settings: GridSettings, n_models: int) -> float:
    """Estimated time of a grid job from click to result, s."""
    samples = float(settings.feasible.sum()) * settings.anomalies * len(settings.arguments_deg)
    return _COLD_S + n_models * samples * (_POINTWISE_S + settings.revolutions * _ROLLOUT_S)


def submit(
    store: Path,
    arguments: Sequence[str],
    *,
    title: str,
    who: str,
    limit_s: float = LIMIT_S,
    at_a_time: int = AT_A_TIME,
) -> Job:
    """Start `python -m runner evaluate <arguments>`; where that is queued or running already, return that job.

    Raises:
        StoreError: the disk is full, or the store cannot be written; there is no job then.
    """
    jobs = store / FOLDER
    folder = jobs / job_id(arguments)
    asked = {"title": title, "arguments": list(arguments), "who": who, "at": now()}
    try:
        jobs.mkdir(parents=True, exist_ok=True)
        with FileLock(jobs / "SUBMIT"):
            _clean_up(store)
            before = job(store, folder.name)
            if before is not None and before.active:
                return before
            _make(folder, asked | {"limit_s": limit_s, "at_a_time": at_a_time})
    except OSError as error:
        raise StoreError(
            f"The evaluation cannot be started, because nothing can be written to {jobs}: {error.strerror or error}."
        ) from error
    started = job(store, folder.name)
    if started is None:
        raise StoreError(f"The evaluation has vanished from {folder} as it was started: ask for it again.")
    return started


def _make(folder: Path, asked: Mapping[str, Any]) -> None:
    """Make a job's folder, in place of an older one, and start its process; the folder is gone again after an error."""
    if is_alive(folder) and not read(folder, JOB):
        raise OSError(f"the process of {folder} still runs, but what it is to do is not understood")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        (folder / SPARE).write_bytes(bytes(SPARE_BYTES))
        write(folder, JOB, asked)
        _start(folder, asked["arguments"])
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _start(folder: Path, arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", "runner", "evaluate", f"--job={folder}", *arguments]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    # Someone has to take note of its end, or it stays as a zombie as long as the app runs.
    threading.Thread(target=process.wait, daemon=True).start()


def all_jobs(store: Path) -> list[Job]:
    """List the jobs, the newest first."""
    found = [job(store, path.name) for path in job_folders(store)]
    return sorted((one for one in found if one), key=lambda one: one.submitted_at, reverse=True)


def job(store: Path, name: str) -> Job | None:
    """Return the job of that id as it is now, or None where there is none, or what it is to do is not understood."""
    folder = store / FOLDER / name
    asked = read(folder, JOB)
    if not asked:
        return None
    # In this order: a job that ends in between is then seen as ended.
    alive = is_alive(folder)
    started, progress, end = read(folder, STARTED), read(folder, PROGRESS), read(folder, END)
    submitted_at = datetime.fromisoformat(asked["at"])
    state, message = _state(alive, bool(started), end, submitted_at)
    return Job(
        id=name,
        title=asked["title"],
        arguments=tuple(asked["arguments"]),
        who=asked["who"],
        submitted_at=submitted_at,
        started_at=datetime.fromisoformat(started["at"]) if started else None,
        ended_at=datetime.fromisoformat(end["at"]) if end else None,
        state=state,
        share=1.0 if state == "done" else float(progress.get("share", 0.0)),
        words=str(progress.get("words", "")),
        message=message,
    )


def _state(alive: bool, started: bool, end: dict[str, str], submitted_at: datetime) -> tuple[str, str]:
    if end:
        return end["state"], end["message"]
    if alive:
        return ("running" if started else "queued"), ""
    if not started and datetime.now(UTC) - submitted_at < _BIRTH:
        return "queued", ""
    return "failed", "Its process died without a word; its log may say more."


def log_text(store: Path, name: str, most: int = 20_000) -> str:
    """Return the end of what a job's process said."""
    try:
        return (store / FOLDER / name / LOG).read_text(encoding="utf-8", errors="replace")[-most:]
    except OSError:
        return ""


def cancel(store: Path, name: str, who: str) -> None:
    """Stop a job that is queued or running; one that has ended stays as it is.

    Raises:
        StoreError: the store cannot be written.
    """
    try:
        _cancel(store, name, who)
    except OSError as error:
        raise StoreError(f"The evaluation cannot be cancelled: {error.strerror or error}.") from error


def _cancel(store: Path, name: str, who: str) -> None:
    folder = store / FOLDER / name
    with FileLock(store / FOLDER / "SUBMIT"):
        one = job(store, name)
        if one is None or not one.active:
            return
        write_end(folder, "cancelled", f"Cancelled by {who}.")
        process = read(folder, PROCESS)
        # While the lock is held its holder lives, so the number is that of no other process.
        if process and is_alive(folder):
            os.kill(process["pid"], signal.SIGTERM)


def _clean_up(store: Path) -> None:
    """Remove what is left of jobs that ended long ago."""
    for path in job_folders(store):
        one = job(store, path.name)
        if one and not one.active and datetime.now(UTC) - one.submitted_at > KEPT:
            shutil.rmtree(path)
