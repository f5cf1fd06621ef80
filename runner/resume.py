"""Going on with a sweep that was killed: what is finished is kept, the rest is trained, nothing twice."""

from collections.abc import Callable, Sequence
from pathlib import Path

from orbitsens.config import ConfigError, RunConfig
from orbitsens.version import NUMERICS
from runner.sync import sync_local
from runner.wandb_local import local_groups
from store.connect import read_catalogue, store_version
from store.queries import trained_configs


def left_to_train(
    runs: Sequence[RunConfig], wandb_dir: Path, store: Path, on_wait: Callable[[str], None]
) -> list[RunConfig]:
    """Return the runs of a sweep that no run of its group has finished.

    The group's local runs are synced first, so that those of a killed sweep count. A run that diverged is finished: it
    would diverge again. A run that crashed or was stopped is trained again, as a new run, and stays in the store.

    Raises:
        ConfigError: the sweep is being trained right now.
        StoreError: the store cannot be written or read.
    """
    wandb = runs[0].wandb
    if wandb.group in local_groups(wandb_dir):
        sync_local(wandb_dir, [wandb.group], store, on_wait, lambda done, total: None)
    if store_version(store) is None:
        return list(runs)
    with read_catalogue(store) as con:
        trained = trained_configs(con, wandb.entity, wandb.project, wandb.group)
    wanted = {run.hash for run in runs}
    n_running = len(wanted & trained.running)
    if n_running:
        raise ConfigError(
            f"{n_running} runs of group '{wandb.group}' are being trained right now: wait for them, or stop them."
        )
    others = sorted({str(n) for run, n in trained.finished.items() if run in wanted and n not in (None, NUMERICS)})
    if others:
        on_wait(
            f"Some finished runs were trained by code of numerics {', '.join(others)}, and this code has {NUMERICS}: "
            "give wandb.group another name to train them all anew."
        )
    return [run for run in runs if run.hash not in trained.finished]
