"""The team's own datasets on the W&B server: artifacts of type "dataset" that runs used or logged."""

import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import wandb

from runner.patience import PROBLEMS, Patience
from runner.server import first_sentence
from runner.wandb_api_model import is_intact
from store.datasets import dataset_folder, keep_dataset
from store.records import Unreadable

DATASET_TYPE = "dataset"


class Datasets(NamedTuple):
    """Where datasets are kept: the store, and a folder for what is on its way; `one` at a time is fetched."""

    store: Path
    files: Path
    one: threading.Lock


def fetch_datasets(artifacts: Iterable[wandb.Artifact], datasets: Datasets, patience: Patience) -> list[Unreadable]:
    """Fetch what is not kept yet of a run's datasets; return those that could not be fetched, each with a reason."""
    failed = []
    for artifact in artifacts:
        if artifact.type != DATASET_TYPE or artifact.state != "COMMITTED":
            continue
        name = artifact.name.partition(":")[0]
        folder = dataset_folder(datasets.store, name, artifact.digest)
        with datasets.one:
            problem = (
                None if folder.exists() else fetch_dataset(artifact, folder, datasets.files / folder.name, patience)
            )
        if problem:
            failed.append(Unreadable(f"dataset {artifact.name}", problem))
    return failed


def fetch_dataset(artifact: wandb.Artifact, folder: Path, files: Path, patience: Patience) -> str | None:
    """Fetch a dataset by way of `files` and keep it in `folder`; return what is wrong with it, in a sentence."""
    shutil.rmtree(files, ignore_errors=True)
    try:
        entries = patience.call(lambda: artifact.manifest.entries)
        patience.call(lambda: artifact.download(root=str(files), skip_cache=True))
    except PROBLEMS as error:
        return f"The artifact cannot be fetched: {first_sentence(error)}."
    damaged = [path for path, entry in entries.items() if not is_intact(files / path, entry)]
    if damaged:
        return f"The file {damaged[0]} is damaged: it is not the one that was logged."
    folder.parent.mkdir(parents=True, exist_ok=True)
    keep_dataset(folder, files)
    return None
