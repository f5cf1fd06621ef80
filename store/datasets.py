"""The team's own datasets, as fetched from W&B: a directory each below `datasets/`, with the checksums of its files.

They came with the runs that used them, or because a sweep file names them (`data.dataset_file`). They are no part of
the catalogue, and never swept.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from store.durable import TEMPORARY, flush, write_text

FOLDER = "datasets"
CHECKSUMS = "SHA256SUMS"
DAMAGED = ".damaged"  # behind the name of what was put aside
REFERENCES = "references.json"  # which folder holds which version of an artifact


def dataset_folder(store: Path, name: str, digest: str) -> Path:
    """Return where a dataset of this name and W&B digest is kept."""
    return store / FOLDER / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}-{digest[:12]}"


def keep_dataset(folder: Path, files: Path) -> None:
    """Copy all files below `files` into a dataset's folder, with their checksums; the folder is there whole or not."""
    draft = folder.with_name(folder.name + TEMPORARY)
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(files, draft)
    lines = [f"{_sha256(path)}  {path.relative_to(draft)}\n" for path in sorted(draft.rglob("*")) if path.is_file()]
    (draft / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    flush(draft / CHECKSUMS)
    draft.rename(folder)
    flush(folder.parent)


def note_reference(store: Path, reference: str, folder: Path) -> None:
    """Note that a kept folder holds what `reference` means, for ever; of two notes at once, one may be lost."""
    write_text(store / FOLDER / REFERENCES, json.dumps({**_references(store), reference: folder.name}, indent=2) + "\n")


def noted_folder(store: Path, reference: str) -> Path | None:
    """Return the kept folder of a reference, or None where there is none."""
    name = _references(store).get(reference)
    folder = store / FOLDER / name if name else None
    return folder if folder is not None and (folder / CHECKSUMS).is_file() else None


def _references(store: Path) -> dict[str, str]:
    path = store / FOLDER / REFERENCES
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def dataset_problems(store: Path) -> Iterator[tuple[Path, str]]:
    """Say what is wrong with kept datasets: a file, and the rest of a sentence about it."""
    for sums in sorted((store / FOLDER).glob(f"*/{CHECKSUMS}")):
        if sums.parent.suffix != DAMAGED:
            yield from folder_problems(sums.parent)


def folder_problems(folder: Path) -> Iterator[tuple[Path, str]]:
    """Say what is wrong with one kept dataset, as `dataset_problems` does."""
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file():
            yield path, "is missing"
        elif _sha256(path) != expected:
            yield path, "is damaged: the checksum fails"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
