"""Whether a stored file is what the catalogue says it is; a problem reads as the rest of a sentence."""

import hashlib
from pathlib import Path

from store.curves import whole_history
from store.damage import DamagedFile
from store.gridfiles import cell_table


def curve_problem(path: Path, run_key: str, n_rows: int, sha256: str | None) -> str | None:
    """Say what is wrong with a run's curves: bytes against `sha256` (None: not noted), content against the name."""
    try:
        for checksum in dict.fromkeys((None, sha256)):
            history = whole_history(path, run_key, checksum)
    except DamagedFile as damage:
        return str(damage)
    return None if history.num_rows == n_rows else f"have {history.num_rows} rows, not {n_rows}"


def model_problem(path: Path, sha256: str | None, n_bytes: int | None) -> str | None:
    """Say what is wrong with a run's model file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if len(content) != n_bytes or hashlib.sha256(content).hexdigest() != sha256:
        return "is damaged: the checksum fails"
    return None


def grid_problem(path: Path) -> str | None:
    """Say what is wrong with a grid's cells: their file's name ends with its checksum (older ones have none)."""
    try:
        cell_table(path)
    except DamagedFile as damage:
        return str(damage)
    return None
