"""Where W&B keeps its runs on this machine."""

import os
from pathlib import Path


def local_runs_dir(given: Path | None = None) -> Path:
    """Return the folder `wandb` that holds W&B's local runs; it need not exist yet.

    It stands in `given` (or is `given`), else in the environment variable WANDB_DIR, else in the current directory:
    where W&B itself would put it.
    """
    parent = given if given is not None else Path(os.environ.get("WANDB_DIR") or Path.cwd())
    parent = parent.expanduser().absolute()
    return parent if parent.name == "wandb" else parent / "wandb"
