"""The model file of a local run: named by the last model artifact, found beside the run, checked."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from store.records import ModelFile

MODEL_TYPE = "model"
# Names of artifacts that hold models of other kinds, and what these are, one and several.
_FOREIGN = (
    (re.compile(r"latent-ode-"), "a latent ODE", "latent ODEs"),
    (re.compile(r"ude-.*model-"), "a universal differential equation", "these"),
)


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
    models = [a for a in artifacts if a.type == MODEL_TYPE and foreign_model(a.type, a.name) is None]
    if not models:
        kept = directory / "files" / f"{run_id}.eqx"
        return ModelFile(kept, run_id) if kept.is_file() else foreign_problem((a.type, a.name) for a in artifacts)
    artifact = models[-1]
    entries = [entry for entry in artifact.manifest.contents if entry.path.endswith(".eqx")]
    if not entries:
        return ModelFile(None, artifact.name, f"The model artifact {artifact.name} lists no .eqx file.")
    entry = next((e for e in entries if Path(e.path).stem == artifact.run_id), entries[0])
    places = [directory / "files" / entry.path, *([Path(entry.local_path)] if entry.local_path else [])]
    problem = f"The model file {entry.path} is not on this machine any more."
    for path in places:
        try:
            if _intact(path, entry, logged_sha256(artifact.metadata)):
                return ModelFile(path, artifact.name)
            problem = f"The model file {entry.path} is damaged: it is not the one that was logged."
        except FileNotFoundError:
            continue
        except OSError as error:
            problem = f"The model file {entry.path} cannot be read: {error.strerror}."
    return ModelFile(None, artifact.name, problem)


def foreign_model(kind: str, name: str) -> str | None:
    """Say in a sentence that an artifact is a model of a kind that cannot be loaded here; None if it is not."""
    for pattern, one, several in _FOREIGN:
        if kind in (MODEL_TYPE, "latent-ode-model") and pattern.match(name):
            return f"The artifact {name} is {one}, and {several} are not loaded here; the run is kept without it."
    return None


def foreign_problem(artifacts: Iterable[tuple[str, str]]) -> ModelFile | None:
    """Return the problem with the last artifact, of types and names, that is a model of another kind."""
    found = [(name, problem) for kind, name in artifacts if (problem := foreign_model(kind, name))]
    return ModelFile(None, *found[-1]) if found else None


def logged_sha256(metadata: object) -> str | None:
    """Return the SHA-256 of the model file that an artifact's metadata, a mapping or JSON, says."""
    if isinstance(metadata, str):
        try:
            metadata = json.loads(metadata)
        except ValueError:
            return None
    logged = metadata.get("sha256") if isinstance(metadata, Mapping) else None
    return logged if isinstance(logged, str) else None


def _intact(path: Path, entry: Any, sha256: str | None) -> bool:
    if path.stat().st_size != entry.size:
        return False
    if sha256 is not None and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        return False
    if entry.extra:  # another digest than MD5 is named there; the size must do
        return True
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).digest()
    return bool(base64.b64encode(digest).decode() == entry.digest)
