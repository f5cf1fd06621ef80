"""A job from within its own process: waiting for its turn, saying how far it is, keeping to its time."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from orbitsens.config import ConfigError
from runner.jobfiles import ALIVE, END, JOB, PROCESS, PROGRESS, STARTED, now, read, write, write_end
from store.drafts import FULL
from store.errors import StoreError

OnProgress = Callable[[float, str], None]
_POLL_S, _REPORT_S = 0.2, 0.2


@contextmanager
def job_progress(folder: Path | None) -> Iterator[OnProgress]:
    """Run as the job of `folder` if there is one; yields `on_progress(share, words)`.

    Does not begin before it is one of the jobs that may run at a time; ends the process at its time limit.
    """
    if folder is None:
        yield lambda share, words: None
        return
    job = read(folder, JOB)
    if not job:
        raise StoreError(f"{folder / JOB} is missing or not understood: ask for the evaluation again.")
    # A reader may hold the lock for a moment, to see whether anyone else does.
    with FileLock(folder / ALIVE, timeout=10):
        if read(folder, END):
            raise SystemExit(0)
        with _said_how_it_ended(folder):
            write(folder, PROCESS, {"pid": os.getpid()})
            turn = _wait_for_turn(folder.parent, int(job["at_a_time"]))
            timer = threading.Timer(float(job["limit_s"]), _give_up, (folder, float(job["limit_s"])))
            timer.daemon = True
            try:
                write(folder, STARTED, {"at": now()})
                timer.start()
                yield _reporter(folder)
            finally:
                timer.cancel()
                turn.release()


@contextmanager
def _said_how_it_ended(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ConfigError, StoreError) as error:
        _end(folder, "failed", str(error))
        raise
    except OSError as error:
        if error.errno in FULL:
            full = f"The disk of {folder} is full: free space and ask for the evaluation again."
            _end(folder, "failed", full)
            raise StoreError(full) from error
        _end(folder, "failed", f"It ended with an error, {error}; its log says more.")
        raise
    except BaseException as error:
        _end(folder, "failed", f"It ended with an error, {type(error).__name__}; its log says more.")
        raise
    _end(folder, "done", "")


def _wait_for_turn(jobs: Path, at_a_time: int) -> FileLock:
    while True:
        for place in range(at_a_time):
            turn = FileLock(jobs / f"TURN-{place}")
            try:
                turn.acquire(timeout=0)
            except Timeout:
                continue
            return turn
        time.sleep(_POLL_S)


def _reporter(folder: Path) -> OnProgress:
    last = 0.0

    def on_progress(share: float, words: str) -> None:
        nonlocal last
        if time.monotonic() - last > _REPORT_S or share >= 1.0:
            last = time.monotonic()
            write(folder, PROGRESS, {"share": share, "words": words})

    on_progress(0.0, "starting")
    return on_progress


def _give_up(folder: Path, limit_s: float) -> None:
    _end(folder, "failed", f"It took longer than its limit of {limit_s:.0f} s and was stopped.")
    os._exit(1)


def _end(folder: Path, state: str, message: str) -> None:
    if not read(folder, END):
        write_end(folder, state, message)
