"""The team's own datasets, as fetched from W&B: a directory each below `datasets/`, with the checksums of its files.

A sweep file names one by its path (`data.dataset_file`). They are no part of the catalogue, and never swept.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from store.durable import TEMPORARY, flush

FOLDER = "datasets"
CHECKSUMS = "SHA256SUMS"
DAMAGED = ".damaged"  # behind the name of what was put aside


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


def dataset_problems(store: Path) -> Iterator[tuple[Path, str]]:
    """Say what is wrong with kept datasets: a file, and the rest of a sentence about it."""
    for sums in sorted((store / FOLDER).glob(f"*/{CHECKSUMS}")):
        if sums.parent.suffix == DAMAGED:
            continue
        for line in sums.read_text(encoding="utf-8").splitlines():
            expected, _, name = line.partition("  ")
            path = sums.parent / name
            if not path.is_file():
                yield path, "is missing"
            elif _sha256(path) != expected:
                yield path, "is damaged: the checksum fails"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
