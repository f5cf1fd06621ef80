"""Dataset files: `orbit_k -> {t: [n], y: [6][n], metadata}` in s, km and km/s, as .json or .npz. Knows no JAX.

In a .npz file the arrays are named `orbit_k/t` and `orbit_k/y`.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from orbitsens.config.artifact_name import is_artifact
from orbitsens.config.errors import ConfigError


class FileOrbit(NamedTuple):
    """One orbit: its name in the file, times [n] from 0 in s, states [n, 6] in km and km/s."""

    name: str
    t: np.ndarray
    y: np.ndarray


class OrbitFile(NamedTuple):
    """The orbits of a file in the order of their numbers, and the file's SHA-256."""

    orbits: tuple[FileOrbit, ...]
    sha256: str


def read_orbit_file(path: str) -> OrbitFile:
    """Read a dataset file.

    Raises:
        ConfigError: it cannot be read, is of another form, or an orbit is not usable; the message names the orbit.
    """
    if is_artifact(path):
        raise ConfigError(
            f"{path}: this artifact is not on this machine; `python -m runner plan` and `sweep` fetch it."
        )
    try:
        status = Path(path).stat()
    except OSError as error:
        raise ConfigError(f"{path}: cannot read this dataset file: {error.strerror}.") from error
    return _read(path, status.st_mtime_ns, status.st_size)


# Every run of a sweep asks for its dataset: the file is read once as long as it does not change.
@lru_cache(maxsize=4)
def _read(path: str, changed_ns: int, size: int) -> OrbitFile:
    del changed_ns, size
    content = Path(path).read_bytes()
    try:
        raw = _from_json(content) if path.lower().endswith(".json") else _from_npz(path)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise ConfigError(
            f"{path}: not a dataset file: {str(error).splitlines()[0].rstrip('.')}; it holds orbit_k -> t, y "
            "(docs/datasets.md)."
        ) from error
    if not raw:
        raise ConfigError(f"{path}: this dataset file holds no orbit.")
    orbits = tuple(_orbit(path, name, raw[name]) for name in sorted(raw, key=_number))
    return OrbitFile(orbits, hashlib.sha256(content).hexdigest())


def _from_json(content: bytes) -> Mapping[str, Mapping[str, Any]]:
    found = json.loads(content)
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise ValueError("the file holds no mapping of orbits")
    return found


def _from_npz(path: str) -> Mapping[str, Mapping[str, Any]]:
    orbits: dict[str, dict[str, Any]] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for key in arrays.files:
            name, separator, field = key.rpartition("/")
            if not separator:
                raise ValueError(f"the array '{key}' is not named orbit_k/t or orbit_k/y")
            if field in ("t", "y"):
                orbits.setdefault(name, {})[field] = arrays[key]
    return orbits


def _number(name: str) -> tuple[int, str]:
    digits = name.rpartition("_")[2]
    return (int(digits) if digits.isdecimal() else -1, name)


def _orbit(path: str, name: str, raw: Mapping[str, Any]) -> FileOrbit:
    try:
        t, y = (np.asarray(raw[key], dtype=np.float64) for key in ("t", "y"))
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: {name} needs the numbers t: [n] and y: [6][n].") from error
    if t.ndim != 1 or y.shape != (6, t.size):
        raise ConfigError(f"{path}: {name} needs t: [n] and y: [6][n], got {list(t.shape)} and {list(y.shape)}.")
    if t.size < 2:
        raise ConfigError(f"{path}: {name} has {t.size} samples; an orbit needs at least 2.")
    if not (np.all(np.isfinite(t)) and np.all(np.isfinite(y))):
        raise ConfigError(f"{path}: {name} has a value that is not finite; leave such samples out.")
    if not np.all(np.diff(t) > 0):
        raise ConfigError(f"{path}: the times of {name} do not rise from sample to sample.")
    if np.any(np.sum(y[:3] ** 2, axis=0) == 0):
        raise ConfigError(f"{path}: {name} has a sample at the centre of the Earth.")
    return FileOrbit(name, t - t[0], y.T)
