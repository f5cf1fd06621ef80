"""From W&B into the run store: what has changed is read, in parallel, and published portion by portion."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from orbitsens.config import ConfigError, closest
from runner.found import Found
from runner.wandb_files import LocalRun, local_listing
from runner.wandb_found import local_found
from store.filters import group_text
from store.publish import SyncReport, publish
from store.records import Incoming, RunRecord, SeenBefore, Unreadable
from store.seen import note_sightings, sightings

# A portion is published when so many runs were read for it, or after so many seconds: what a killed sync has lost.
PORTION_RUNS, PORTION_SECONDS = 200, 60.0
# Starting processes that know wandb takes some seconds.
ENOUGH_FOR_PROCESSES, READING_PROCESSES = 48, 2
FETCHING_THREADS = 4

Records = Sequence[RunRecord | Unreadable]
OnWait = Callable[[str], None]
OnProgress = Callable[[int, int], None]


def sync_local(
    wandb_dir: Path,
    groups: Collection[str] | None,
    store: Path,
    on_wait: OnWait,
    on_progress: OnProgress,
    since: datetime | None = None,
    more_dirs: Sequence[Path] = (),
) -> SyncReport:
    """Bring the local W&B runs of `groups` into the store; files that have not changed are not read again.

    Args:
        wandb_dir: the folder with W&B's local runs.
        groups: the groups to sync, "(no group)" for the runs without one; None syncs all runs.
        store: the run store; it is made if there is none.
        on_wait: told for whom this sync waits, if another one is writing, and what a server does not give out.
        on_progress: told how many runs have been read, and how many there are.
        since: only runs started, or taken up again, then or later.
        more_dirs: further folders with local runs.

    Raises:
        ConfigError: there is no run of a group; the message names the groups that are there.
        StoreError: the store cannot be written.
    """
    listing = local_listing(wandb_dir, *more_dirs)
    for group in groups or ():
        if not any(group_text(run.group) == group for run in listing):
            raise ConfigError(_no_such_group(group, listing, wandb_dir))
    found = local_found([wandb_dir, *more_dirs], listing, groups, since)
    parallel = len(found) >= ENOUGH_FOR_PROCESSES
    with _processes() if parallel else ThreadPoolExecutor(1) as pool:
        return bring_in(found, pool, "local", store, on_wait, lambda done: on_progress(done, len(found)))


def sync_api(
    entity: str,
    project: str,
    groups: Collection[str] | None,
    store: Path,
    on_wait: OnWait,
    on_progress: OnProgress,
    since: datetime | None = None,
) -> SyncReport:
    """Bring runs of a project on the W&B server into the store; runs that have not changed are not fetched again.

    `groups` None brings all runs of the project; for the other arguments see `sync_local`.

    Raises:
        ConfigError: not logged in, no such project or group, or the server does not answer; what was fetched until
            then is in the store.
        StoreError: the store cannot be written.
    """
    from runner.wandb_api import connect, runs_found

    totals = [0]
    with TemporaryDirectory(prefix="orbitsens-sync-") as folder, ThreadPoolExecutor(FETCHING_THREADS) as pool:
        found = runs_found(connect(entity, project, Path(folder), store, say=on_wait), groups, since, totals.append)
        return bring_in(found, pool, "api", store, on_wait, lambda done: on_progress(done, totals[-1]))


class Reading(NamedTuple):
    """A run that is being read."""

    run: Found
    records: Future[Records]


Portion = list[Reading | SeenBefore | Unreadable]


def bring_in(
    found: Iterable[Found | Unreadable],
    pool: Executor,
    source: str,
    store: Path,
    on_wait: OnWait,
    on_done: Callable[[int], None],
) -> SyncReport:
    """Read in `pool` what has changed of `found`, and publish it; the next portion is read meanwhile.

    When `found` ends in a ConfigError, what was read before is published first. `on_done` is told how many runs have
    been read, or need not be.

    Raises:
        ConfigError: the source is out of reach, or a process that was reading was killed.
    """
    reports, done = [], 0
    try:
        for portion in _portions(found, sightings(store), pool):
            records: list[Incoming] = []
            made: dict[str, tuple[str, Records]] = {}
            for item in portion:
                done += 1
                if isinstance(item, Reading):
                    got = item.records.result()
                    records += got
                    made[item.run.where] = (item.run.mark, got)
                    on_done(done)
                else:
                    records.append(item)
            if not made:
                on_done(done)
            reports.append(publish(store, records, source=source, on_wait=on_wait))
            _remember(store, made, reports[-1], on_wait)
    except BrokenExecutor as error:
        raise ConfigError(
            "A process that was reading runs was killed, perhaps because memory ran out: sync again, it will continue."
        ) from error
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    return _together(reports)


def _processes() -> ProcessPoolExecutor:
    # Ctrl-C is for the process that publishes.
    ignore = (signal.SIGINT, signal.SIG_IGN)
    return ProcessPoolExecutor(READING_PROCESSES, get_context("spawn"), initializer=signal.signal, initargs=ignore)


def _portions(
    found: Iterable[Found | Unreadable], known: Mapping[str, tuple[str, Mapping[str, str]]], pool: Executor
) -> Iterator[Portion]:
    """Begin to read what is not known, and pass the runs on in portions, at least one; one portion is read ahead."""
    portion: Portion = []
    ahead: list[Portion] = []
    problem, n, begun = None, 0, time.monotonic()
    try:
        for run in found:
            if isinstance(run, Unreadable):
                portion.append(run)
            elif run.where in known and known[run.where][0] == run.mark:
                portion.append(SeenBefore(known[run.where][1], run.read))
            else:
                portion.append(Reading(run, pool.submit(run.read)))
                n += 1
            if n == PORTION_RUNS or (n and time.monotonic() - begun > PORTION_SECONDS):
                yield from ahead
                ahead, portion, n, begun = [portion], [], 0, time.monotonic()
    except ConfigError as error:
        problem = error
    yield from ahead
    if portion or not ahead:
        yield portion
    if problem:
        raise problem


def _remember(store: Path, made: Mapping[str, tuple[str, Records]], report: SyncReport, on_wait: OnWait) -> None:
    """Note what the sources of stored records looked like.

    What could not be read, the next sync tries again, and a local run that lived: that it dies changes no file.
    """
    sighted = {}
    for where, (mark, records) in made.items():
        settled = [r for r in records if isinstance(r, RunRecord) and (r.source, r.state) != ("local", "running")]
        keys = [f"{r.entity}/{r.project}/{r.run_id}" for r in settled]
        if len(keys) == len(records):
            sighted[where] = (mark, {key: report.record_hashes[key] for key in keys})
    if sighted:
        note_sightings(store, sighted, on_wait)


def _together(reports: Sequence[SyncReport]) -> SyncReport:
    return SyncReport(
        new=tuple(chain.from_iterable(report.new for report in reports)),
        changed=tuple(chain.from_iterable(report.changed for report in reports)),
        unchanged=tuple(chain.from_iterable(report.unchanged for report in reports)),
        failed=tuple(chain.from_iterable(report.failed for report in reports)),
        version=reports[-1].version,
        published=any(report.published for report in reports),
        record_hashes={key: value for report in reports for key, value in report.record_hashes.items()},
        assumed={key: value for report in reports for key, value in report.assumed.items()},
        model_problems={key: value for report in reports for key, value in report.model_problems.items()},
    )


def _no_such_group(group: str, listing: Sequence[LocalRun], wandb_dir: Path) -> str:
    there = Counter(group_text(run.group) for run in listing)
    if not listing:
        return f"There are no W&B runs in {wandb_dir}: run a sweep, or name the folder that has them with --wandb-dir."
    known = ", ".join(f"{name} ({n} run{'s' * (n > 1)})" for name, n in sorted(there.items()))
    problem = f"There is no W&B run of group '{group}' in {wandb_dir}{closest(group, there)}"
    left = Counter(str(run.group) for run in listing if group in run.groups)
    if left:
        moved = ", ".join(f"{n} run{'s' * (n > 1)} in '{name}'" for name, n in sorted(left.items()))
        return f"{problem}: its runs have moved to other groups ({moved}); sync those."
    return f"{problem}; there are {known}."
