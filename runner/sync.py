"""From W&B into the run store."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from orbitsens.config import ConfigError, closest
from runner.wandb_local import local_groups, local_runs
from store.publish import SyncReport, publish

NAMED = 3


def sync_local(
    wandb_dir: Path,
    groups: Collection[str],
    store: Path,
    on_wait: Callable[[str], None],
    on_progress: Callable[[int, int], None],
) -> SyncReport:
    """Bring the local W&B runs of `groups` into the store.

    Args:
        wandb_dir: the folder with W&B's local runs.
        groups: the groups to sync.
        store: the run store; it is made if there is none.
        on_wait: told for whom this sync waits, if another one is writing.
        on_progress: told how many runs have been read, and how many there are.

    Raises:
        ConfigError: there is no run of a group; the message names the groups that are there.
        StoreError: the store cannot be written.
    """
    there = local_groups(wandb_dir)
    for group in groups:
        if group not in there:
            raise ConfigError(_no_such_group(group, there, wandb_dir))
    return publish(store, local_runs(wandb_dir, groups, on_progress), source="local", on_wait=on_wait)


def report_lines(report: SyncReport) -> Iterator[str]:
    """Say what a sync found: a line for each outcome, and one for each run that could not be read."""
    for outcome, run_keys in (("new", report.new), ("changed", report.changed), ("unchanged", report.unchanged)):
        yield f"{len(run_keys):6} {outcome}{_some_of([key.rpartition('/')[2] for key in run_keys])}"
    yield f"{len(report.failed):6} failed"
    for failed in report.failed:
        yield f"       {failed.where}: {failed.reason}"


def _some_of(run_ids: list[str]) -> str:
    rest = f" and {len(run_ids) - NAMED} more" if len(run_ids) > NAMED else ""
    return f": {', '.join(run_ids[:NAMED])}{rest}" if run_ids else ""


def _no_such_group(group: str, there: Counter[str], wandb_dir: Path) -> str:
    if not there:
        return f"There are no W&B runs in {wandb_dir}: run a sweep, or name the folder that has them with --wandb-dir."
    known = ", ".join(f"{name} ({n} run{'s' * (n > 1)})" for name, n in sorted(there.items()))
    return f"There is no W&B run of group '{group}' in {wandb_dir}{closest(group, there)}; there are {known}."
