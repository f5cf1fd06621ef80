"""Where W&B keeps its runs on this machine."""

import os
from pathlib import Path

# Folders of jobs below a given folder: as deep as `multirun/date/time/job`.
DEEPEST_JOB = 4


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
