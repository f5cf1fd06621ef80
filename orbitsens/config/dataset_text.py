"""Orbits as they stand in a file, .json or .npz: names and arrays, read within limits. Knows no JAX."""

import json
import math
import zipfile
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from orbitsens.config.errors import shortened

MOST_BYTES = 2**30  # of the arrays of a .npz file, once they are unpacked
MOST_BYTES_OF_JSON = 2**29  # numbers as text take several times as much memory as the file
_FIELDS = ("t", "y")
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

Raw = Mapping[str, Mapping[str, Any]]


def from_json(content: bytes) -> Raw:
    """Read `{orbit_k: {t, y, ...}}`.

    Raises:
        ValueError: it is not such a mapping, is nested too deep, or repeats a key.
    """
    try:
        found = json.loads(content, object_pairs_hook=_each_once)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, dict) or not all(isinstance(v, dict) for v in found.values()):
        raise ValueError("the file holds no mapping of orbits")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
        raise ValueError(f"the key '{shortened(twice)}' stands twice")
    return found


def from_npz(path: str) -> Raw:
    """Read the arrays `orbit_k/t` and `orbit_k/y`; others are left where they are.

    Raises:
        ValueError: it is not an archive of arrays, they are too large, an array is repeated, or one holds objects.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError("it is not an archive of arrays, such as numpy.savez writes")
    orbits: dict[str, dict[str, Any]] = {}
    room = MOST_BYTES
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            key = info.filename.removesuffix(".npy")
            name, separator, field = key.rpartition("/")
            if not separator:
                raise ValueError(f"the array '{shortened(key)}' is not named orbit_k/t or orbit_k/y")
            if field not in _FIELDS:
                continue
            if field in orbits.setdefault(name, {}):
                raise ValueError(f"the array '{shortened(key)}' stands twice")
            room -= info.file_size
            if room < 0:
                raise ValueError(f"its arrays have more than {MOST_BYTES:,} bytes")
            with archive.open(info) as file:
                orbits[name][field] = _array(file, key, info.file_size)
    return orbits


def _array(file: IO[bytes], key: str, size: int) -> np.ndarray:
    """Read one array of `size` bytes, its header included, which says how many numbers follow."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"the array '{shortened(key)}' is of an unknown version")
    shape, fortran_order, dtype = _HEADERS[version](file)
    if dtype.kind not in "iuf":
        raise ValueError(f"the array '{shortened(key)}' holds no numbers, but {dtype}")
    if not all(n >= 0 for n in shape) or math.prod(shape) * dtype.itemsize > size:
        raise ValueError(f"the array '{shortened(key)}' is shorter than its shape {shortened(shape)}")
    content = file.read(math.prod(shape) * dtype.itemsize)
    flat = np.frombuffer(content, dtype=dtype)
    return flat.reshape(shape, order="F" if fortran_order else "C")
