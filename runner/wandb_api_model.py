"""The model of a run on the W&B server: its last model artifact, fetched and checked."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import wandb

from runner.patience import PROBLEMS, Patience, may_pass
from runner.server import first_sentence
from runner.wandb_model import MODEL_TYPE, foreign_model, foreign_problem, logged_sha256
from store.records import ModelFile


def api_model(artifacts: Iterable[wandb.Artifact], run_id: str, folder: Path, patience: Patience) -> ModelFile | None:
    """Fetch the model of a run into `folder`; None if it logged none.

    Args:
        artifacts: what the run logged; the newest of type "model" that is of our kind counts.
        run_id: the run's id.
        folder: an own folder for the run.
        patience: how the server is asked.

    Raises:
        Exception: one of `runner.patience.PROBLEMS`: the server does not answer, or is in trouble.
    """
    there = [artifact for artifact in artifacts if artifact.state == "COMMITTED"]
    named = [(artifact.type, artifact.name.partition(":")[0]) for artifact in there]
    models = [
        a for a, (kind, name) in zip(there, named, strict=True) if kind == MODEL_TYPE and not foreign_model(kind, name)
    ]
    if not models:
        return foreign_problem(named)
    artifact = max(models, key=lambda found: (found.created_at, models.index(found)))
    name = artifact.name.partition(":")[0]
    try:
        entries = patience.call(lambda: artifact.manifest.entries)
        chosen = _model_entry(entries, run_id)
        if chosen is None:
            return ModelFile(None, name, f"The model artifact {name} lists no .eqx file.")
        root = patience.call(lambda: artifact.download(root=str(folder), skip_cache=True, path_prefix=chosen))
    except PROBLEMS as error:
        if may_pass(error):
            raise
        return ModelFile(None, name, f"The model artifact {name} cannot be fetched: {first_sentence(error)}.")
    path = Path(root) / chosen
    if not is_intact(path, entries[chosen], logged_sha256(artifact.metadata)):
        return ModelFile(None, name, f"The model file {chosen} is damaged: it is not the one that was logged.")
    return ModelFile(path, name)


def _model_entry(entries: dict[str, Any], run_id: str) -> str | None:
    files = [path for path in entries if path.endswith(".eqx")]
    return next((path for path in files if Path(path).stem == run_id), files[0] if files else None)


def is_intact(path: Path, entry: Any, sha256: str | None = None) -> bool:
    """Say whether a fetched file has the size and the MD5 that the manifest's entry says, and the SHA-256 if given."""
    content = path.read_bytes()
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        return False
    digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    return len(content) == entry.size and (digest == entry.digest or bool(entry.extra))
