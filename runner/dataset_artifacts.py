"""Datasets that a sweep file names as W&B artifacts: brought onto this machine before anything is planned."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from orbitsens.config import ArtifactName, ConfigError, Data, Fetch, is_artifact, parse_artifact
from orbitsens.config.data import FILE_KINDS
from orbitsens.config.sweepfile import Wandb
from store.datasets import CHECKSUMS, dataset_folder, folder_problems, note_reference, noted_folder

Key = Literal["dataset_file", "test_file"]


class Kept(NamedTuple):
    """A dataset artifact on this machine: what it is, its version pinned, and the folder with its files."""

    name: ArtifactName
    folder: Path


def on_stderr(sentence: str) -> None:
    """Say something beside a command's output."""
    print(sentence, file=sys.stderr)


def dataset_fetcher(store: Path, say: Callable[[str], None]) -> Fetch:
    """Make `fetch(data, wandb)`, which has the artifacts that data names lie below `store`, each fetched once.

    What a reference leaves out is the sweep's own entity and project, and an alias becomes the version that it means
    now. `say` is told what is fetched. It raises ConfigError where an artifact is not to be had; the message says why.
    """
    known: dict[ArtifactName, Kept] = {}

    def fetch(data: Data, wandb: Wandb) -> Data:
        keys: tuple[Key, ...] = ("dataset_file", "test_file")
        for key in keys:
            text = getattr(data, key)
            if text is None or not is_artifact(text):
                continue
            name = parse_artifact(text).within(wandb.entity, wandb.project)
            try:
                if name not in known:
                    known[name] = _kept(store, name) or _fetched(store, name, say)
                kept = known[name]
                data = data.with_fetched(key, str(kept.name), str(_orbit_file(kept)))
            except ConfigError as error:
                raise ConfigError(f"data.{key}: {error}") from error
        return data

    return fetch


def _kept(store: Path, name: ArtifactName) -> Kept | None:
    """What is on this machine already; an alias may mean another version every day, so it is asked for."""
    folder = noted_folder(store, name.path) if name.is_pinned else None
    if folder is None:
        return None
    for path, problem in folder_problems(folder):
        raise ConfigError(f"{path} {problem}; `python -m runner doctor --repair` puts it aside to be fetched again.")
    return Kept(name, folder)


def _fetched(store: Path, name: ArtifactName, say: Callable[[str], None]) -> Kept:
    # wandb takes a second to import, which sweeps without artifacts need not wait for.
    from runner.patience import Patience
    from runner.wandb_api_dataset import fetch_dataset
    from runner.wandb_artifact import find_artifact, pinned

    artifact = find_artifact(name)
    found = pinned(name, artifact)
    folder = dataset_folder(store, found.name, artifact.digest)
    if not folder.exists():
        say(f"Fetching {found} from W&B.")
        with TemporaryDirectory(prefix="orbitsens-dataset-") as files:
            problem = fetch_dataset(artifact, folder, Path(files) / "files", Patience())
        if problem:
            raise ConfigError(f"{found}: {problem}")
    note_reference(store, found.path, folder)
    return Kept(found, folder)


def _orbit_file(kept: Kept) -> Path:
    """The one file of orbits of an artifact, or the one that the reference names.

    Raises:
        ConfigError: there is no such file, or several and none is named.
    """
    name, folder = kept
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    del files[CHECKSUMS]
    readable = [file for file in files if Path(file).suffix.lower() in FILE_KINDS]
    holds = f"{name.path} holds {', '.join(files) or 'no file'}"
    if name.file is not None:
        if name.file not in files:
            raise ConfigError(f"There is no {name.file} in this artifact: {holds}.")
        return files[name.file]
    if not readable:
        raise ConfigError(f"{holds}, and none of it is one of {', '.join(FILE_KINDS)} (docs/datasets.md).")
    if len(readable) > 1:
        raise ConfigError(f"{holds}; name one, such as {name}/{readable[0]}.")
    return files[readable[0]]
