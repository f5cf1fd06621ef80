"""The model file of a local run: named by the last model artifact, found beside the run, checked."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from store.records import ModelFile

MODEL_TYPE = "model"


def local_model(artifacts: Sequence[Any], directory: Path, run_id: str) -> ModelFile | None:
    """Find the model of a run; None if it has none.

    A run that lost its server logged no artifact, but kept its model: `files/<run id>.eqx`.

    The bytes are taken from the run's own `files` folder, else from where the manifest says that W&B kept them. A file
    with another size or MD5 than the manifest's is a problem, not a model.

    Args:
        artifacts: ArtifactRecord messages, in the order of logging; the last of type "model" counts.
        directory: the run's local directory.
        run_id: the run's id.
    """
    models = [artifact for artifact in artifacts if artifact.type == MODEL_TYPE]
    if not models:
        kept = directory / "files" / f"{run_id}.eqx"
        return ModelFile(kept, run_id) if kept.is_file() else None
    artifact = models[-1]
    entries = [entry for entry in artifact.manifest.contents if entry.path.endswith(".eqx")]
    if not entries:
        return ModelFile(None, artifact.name, f"The model artifact {artifact.name} lists no .eqx file.")
    entry = next((e for e in entries if Path(e.path).stem == artifact.run_id), entries[0])
    places = [directory / "files" / entry.path, *([Path(entry.local_path)] if entry.local_path else [])]
    problem = f"The model file {entry.path} is not on this machine any more."
    for path in places:
        try:
            if _intact(path, entry):
                return ModelFile(path, artifact.name)
            problem = f"The model file {entry.path} is damaged: it is not the one that was logged."
        except FileNotFoundError:
            continue
        except OSError as error:
            problem = f"The model file {entry.path} cannot be read: {error.strerror}."
    return ModelFile(None, artifact.name, problem)


def _intact(path: Path, entry: Any) -> bool:
    if path.stat().st_size != entry.size:
        return False
    if entry.extra:  # another digest than MD5 is named there; the size must do
        return True
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).digest()
    return bool(base64.b64encode(digest).decode() == entry.digest)
