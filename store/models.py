"""Model files: kept once below `models/`, named by run and content."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from store.durable import put_in_place, temporary
from store.records import ModelFile

FOLDER = "models"


@dataclass(frozen=True)
class Model:
    """A run's model as it can be read now: its bytes and their SHA-256, or the `problem` with it in a sentence."""

    content: bytes | None
    sha256: str | None
    problem: str | None


def examine(model: ModelFile | None) -> Model:
    """Read a model's file; one that cannot be read is a problem of the run, not an error."""
    if model is None:
        return Model(None, None, None)
    if model.path is None:
        return Model(None, None, model.problem or f"The model file of artifact {model.artifact} is missing.")
    try:
        content = model.path.read_bytes()
    except OSError as error:
        return Model(None, None, f"The model file {model.path.name} cannot be read: {error.strerror}.")
    return Model(content, hashlib.sha256(content).hexdigest(), model.problem)


def keep(store: Path, run_id: str, model: Model) -> str | None:
    """Write a model below `models/`, unless it lies there; return its file's name, None if there is no file.

    The name is the run id, for people, and part of the checksum, so that no two contents share a name.
    """
    if model.content is None or model.sha256 is None:
        return None
    name = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', run_id)}-{model.sha256[:12]}.eqx"
    path = store / FOLDER / name
    if not path.exists():
        temporary(path).write_bytes(model.content)
        put_in_place(path)
    return name
