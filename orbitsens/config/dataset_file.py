"""Dataset files: `orbit_k -> {t: [n], y: [6][n], metadata}` in s, km and km/s, as .json or .npz. Knows no JAX.

In a .npz file the arrays are named `orbit_k/t` and `orbit_k/y`.
"""

import hashlib
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple

import numpy as np

from orbitsens.config.artifact_name import is_artifact
from orbitsens.config.dataset_text import MOST_BYTES, MOST_BYTES_OF_JSON, from_json, from_npz
from orbitsens.config.errors import ConfigError, shortened
from orbitsens.config.orbit_doubts import orbit_doubts

# What damaged archives and texts raise.
_UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    NotImplementedError,
    RuntimeError,  # an archive with a password
    SyntaxError,  # the header of an array
    tokenize.TokenError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
)
_LARGEST = 1e30  # far beyond all orbits; products of four such numbers are still finite


class FileOrbit(NamedTuple):
    """One orbit: its name in the file, times [n] from 0 in s, states [n, 6] in km and km/s."""

    name: str
    t: np.ndarray
    y: np.ndarray


class OrbitFile(NamedTuple):
    """The orbits of a file in the order of their numbers, its SHA-256, and what is doubtful about it, in sentences."""

    orbits: tuple[FileOrbit, ...]
    sha256: str
    doubts: tuple[str, ...]


def read_orbit_file(path: str) -> OrbitFile:
    """Read a dataset file.

    Raises:
        ConfigError: it cannot be read, is of another form, or an orbit is not usable; the message names the orbit.
    """
    if is_artifact(path):
        raise ConfigError(
            f"{path}: this artifact is not on this machine; `python -m runner plan` and `sweep` fetch it."
        )
    named = shortened(path, 300)
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{named}: cannot read this dataset file: {reason}.") from error
    if not S_ISREG(status.st_mode):
        raise ConfigError(f"{named}: cannot read this dataset file: it is not a regular file.")
    most = MOST_BYTES_OF_JSON if _is_json(path) else MOST_BYTES
    if status.st_size > most:
        instead = "; save it as .npz" if _is_json(path) else ""
        raise ConfigError(f"{named}: it has {status.st_size:,} bytes, and at most {most:,} are read{instead}.")
    return _read(path, status.st_mtime_ns, status.st_size)


def _is_json(path: str) -> bool:
    return path.lower().endswith(".json")


# Every run of a sweep asks for its dataset: the file is read once as long as it does not change.
@lru_cache(maxsize=4)
def _read(path: str, changed_ns: int, size: int) -> OrbitFile:
    del changed_ns, size
    named = shortened(path, 300)
    try:
        content = Path(path).read_bytes()
        raw = from_json(content) if _is_json(path) else from_npz(path)
    except _UNREADABLE as error:
        problem = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        first = next(iter(problem.splitlines()), type(error).__name__)
        raise ConfigError(
            f"{named}: not a dataset file: {shortened(first.rstrip('.'), 300)}; it holds orbit_k -> t, y "
            "(docs/datasets.md)."
        ) from error
    if not raw:
        raise ConfigError(f"{named}: this dataset file holds no orbit.")
    orbits = tuple(_orbit(named, name, raw[name]) for name in sorted(raw, key=_number))
    doubts = orbit_doubts(
        [shortened(orbit.name) for orbit in orbits], [orbit.t for orbit in orbits], [orbit.y for orbit in orbits]
    )
    return OrbitFile(orbits, hashlib.sha256(content).hexdigest(), doubts)


def _number(name: str) -> tuple[int, str, str]:
    """What orbits are in the order of: the number at the end of their names, of any length."""
    number = name.rpartition("_")[2]
    if not (number.isascii() and number.isdecimal()):
        return -1, "", name
    digits = number.lstrip("0")
    return len(digits), digits, name


def _orbit(path: str, name: str, raw: Mapping[str, Any]) -> FileOrbit:
    named = f"{path}: {shortened(name)}"
    try:
        t, y = (_numbers(raw[key]) for key in ("t", "y"))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ConfigError(f"{named} needs the numbers t: [n] and y: [6][n].") from error
    if t.ndim != 1 or y.shape != (6, t.size):
        raise ConfigError(f"{named} needs t: [n] and y: [6][n], got {list(t.shape)} and {list(y.shape)}.")
    if t.size < 2:
        raise ConfigError(f"{named} has {t.size} samples; an orbit needs at least 2.")
    for problem, odd in (
        ("that is not finite", ~(np.isfinite(t) & np.isfinite(y).all(axis=0))),
        (f"beyond {_LARGEST:g}", (np.abs(t) > _LARGEST) | (np.abs(y) > _LARGEST).any(axis=0)),
    ):
        if odd.any():
            raise ConfigError(
                f"{named} has a value {problem} {_where(np.flatnonzero(odd), t)}; leave such samples out."
            )
    backwards = np.flatnonzero(np.diff(t) <= 0) + 1
    if backwards.size:
        i = backwards[0]
        raise ConfigError(
            f"{path}: the times of {shortened(name)} do not rise from sample to sample: {t[i - 1]:.9g} s is followed "
            f"by {t[i]:.9g} s {_where(backwards, t)}."
        )
    centre = np.flatnonzero((y[:3] == 0).all(axis=0))
    if centre.size:
        raise ConfigError(f"{named} is at the centre of the Earth {_where(centre, t)}.")
    return FileOrbit(name, t - t[0], y.T)


def _numbers(raw: Any) -> np.ndarray:
    given = np.asarray(raw)
    # Lists with a null, or with whole numbers beyond 64 bits, are arrays of objects.
    if given.dtype.kind not in "iufO":
        raise TypeError("no numbers")
    return given.astype(np.float64)


def _where(samples: np.ndarray, t: np.ndarray) -> str:
    """Say which samples, counted from 0: the first one, and how many more."""
    time = f" (t = {t[samples[0]]:.9g} s)" if np.isfinite(t[samples[0]]) else ""
    more = f" and in {samples.size - 1} more" if samples.size > 1 else ""
    return f"at sample {samples[0]}{time}{more}"
