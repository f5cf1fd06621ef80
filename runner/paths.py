"""Where W&B keeps its runs on this machine."""

import os
import shutil
import tempfile
from pathlib import Path

from orbitsens.config import ConfigError

# Folders of jobs below a given folder: as deep as `multirun/date/time/job`.
DEEPEST_JOB = 4
RUN_BYTES = 200_000  # about what W&B keeps of a run


def local_runs_dir(given: Path | None = None) -> Path:
    """Return the folder `wandb` that holds W&B's local runs; it need not exist yet.

    It stands in `given` (or is `given`), else in the environment variable WANDB_DIR, else in the current directory:
    where W&B itself would put it.
    """
    parent = given if given is not None else Path(os.environ.get("WANDB_DIR") or Path.cwd())
    parent = parent.expanduser().absolute()
    return parent if parent.name == "wandb" else parent / "wandb"


def job_runs_dirs(parent: Path) -> list[Path]:
    """Return the folders `wandb` of the jobs below a folder, where each job had a working directory of its own."""
    found = []
    for here, folders, _ in os.walk(parent):
        depth = len(Path(here).relative_to(parent).parts)
        if "wandb" in folders:
            found.append(Path(here) / "wandb")
        folders[:] = [name for name in folders if name != "wandb" and not name.startswith(".") and depth < DEEPEST_JOB]
    return sorted(found)


def check_runs_dir(folder: Path, n_runs: int) -> None:
    """Make the folder of W&B's local runs if there is none, write to it, and see whether so many runs have room.

    Raises:
        ConfigError: it cannot be made or written, or its disk is too full.
    """
    advice = "free space, or name another with --wandb-dir"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(65536))
            trial.flush()
            os.fsync(trial.fileno())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"W&B's folder {folder} cannot be written ({reason}): {advice}.") from error
    if free < n_runs * RUN_BYTES:
        raise ConfigError(
            f"W&B's folder {folder} has {free / 1e6:.1f} MB left, and {n_runs} runs take about "
            f"{n_runs * RUN_BYTES / 1e6:.1f} MB: {advice}."
        )
