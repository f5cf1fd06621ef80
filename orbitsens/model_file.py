"""The bytes of a model file, read within bounds: one line of JSON, then arrays. Knows no JAX.

Nothing is allocated before its size has been checked against what is left of the file, so a damaged file costs no more
than a whole one.
"""

import hashlib
import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from orbitsens.config.layer_sizes import N_FEATURES, N_OUTPUTS
from orbitsens.config.model_settings import MODEL_KEYS, ModelSettings

# Of a model file's first line: the checksum of all else in the file.
CHECKSUM = "sha256"
# Weights of trained models are of the order of 1; one flipped bit of an exponent leaves this range.
_LARGEST, _SMALLEST = 1e3, 1e-25
# What NumPy writes before an array's numbers.
_HEADER = re.compile(
    rb"\{'descr': '([<|][biuf]\d{1,2})', 'fortran_order': False, 'shape': \(((?:\d{1,9},?(?: \d{1,9})?)?)\), \} *\n"
)


class ModelContent(NamedTuple):
    """A model file's content: the config of its first line, and its arrays in their order.

    `checked`: the file holds a checksum of its content, and agrees with it.
    """

    config: dict[str, Any]
    arrays: list[np.ndarray]
    checked: bool


def with_checksum(config: Mapping[str, Any], leaves: bytes) -> bytes:
    """Return a model file's bytes: the config in one line of JSON, with the checksum of all else, then its leaves."""
    return json.dumps({**config, CHECKSUM: _checksum(config, leaves)}).encode() + b"\n" + leaves


def read_model_file(path: Path) -> ModelContent:
    """Read a model file and check it against the checksum that it holds, if it does.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is empty, cut off, damaged, or in another form; a phrase says what is wrong.
    """
    content = path.read_bytes()
    if not content:
        raise ValueError("it is empty")
    line, newline, leaves = content.partition(b"\n")
    config = _config(line)
    if not newline:
        raise ValueError("it ends after its first line")
    expected = config.get(CHECKSUM)
    if expected is not None and expected != _checksum(config, leaves):
        raise ValueError("it is damaged: its content does not have the checksum that it was written with")
    return ModelContent(config, list(_arrays(leaves)), checked=expected is not None)


def check_arrays(
    arrays: Sequence[np.ndarray], settings: ModelSettings, sizes: tuple[int | None, int | None] | None = None
) -> tuple[int, int]:
    """Check that a file's arrays are those of the model of `settings`; return its width and depth.

    Args:
        arrays: as `read_model_file` gives them: the MLP's weights and biases, then rtol and atol.
        settings: the model's structure.
        sizes: how many features the model takes and outputs it gives; unless given, those of the team's layers.

    Raises:
        ValueError: an array is missing, or has another shape or type; a phrase says which, and what it should be.
    """
    depth = settings.depth if settings.depth is not None else max(0, (len(arrays) - 4) // 2)
    first_shape = arrays[0].shape if arrays else ()
    width = settings.width if settings.width is not None else (first_shape or (1,))[0]
    if len(arrays) > 2 * depth + 4:
        raise ValueError(f"it holds {len(arrays)} arrays, and depth {depth} has {2 * depth + 4}")
    wanted = _wanted(settings, width, depth, sizes)
    for array, (name, shape, why) in zip(arrays, wanted, strict=False):
        _check(name, array, shape, why)
    if len(arrays) < 2 * depth + 4:
        missing, _, _ = next(itertools.islice(_wanted(settings, width, depth, sizes), len(arrays), None))
        raise ValueError(f"its array {missing} is missing")
    return width, depth


Shape = tuple[int | None, ...]


def _wanted(
    settings: ModelSettings, width: int, depth: int, sizes: tuple[int | None, int | None] | None
) -> Iterator[tuple[str, Shape, tuple[str, ...]]]:
    """Yield name, shape and the reasons for it of every array of a model, in a file's order."""
    n_features, n_outputs = sizes or (N_FEATURES.get(settings.feature_layer), N_OUTPUTS.get(settings.output_layer))
    before = (n_features, _said(settings, "feature_layer"))
    for i in range(depth + 1):
        after = (width, f"width {width}") if i < depth else (n_outputs, _said(settings, "output_layer"))
        yield f"func.mlp.layers[{i}].weight", (after[0], before[0]), (after[1], before[1])
        yield f"func.mlp.layers[{i}].bias", (after[0],), (after[1],)
        before = after
    yield from (("rtol", (), ()), ("atol", (), ()))


def doubts(content: ModelContent, settings: ModelSettings, path: Path) -> list[str]:
    """Say, a sentence each, what makes it doubtful that a model file is as it was written.

    A file that agrees with its own checksum is as it was written; weights that are not finite are said nevertheless.
    """
    found = [line for i, array in enumerate(content.arrays[:-2]) for line in _weight_doubts(i, array, content.checked)]
    if content.checked:
        return found
    return [*found, *_tolerance_doubts(content), *_key_doubts(content.config, settings), *_name_doubts(path)]


def _weight_doubts(i: int, array: np.ndarray, checked: bool) -> Iterator[str]:
    name = f"func.mlp.layers[{i // 2}].{('weight', 'bias')[i % 2]}"
    sizes = np.abs(array[np.isfinite(array)])
    if sizes.size < array.size:
        yield f"Its array {name} holds {array.size - sizes.size} numbers that are not finite."
    odd = sizes[(sizes > _LARGEST) | ((sizes > 0) & (sizes < _SMALLEST))]
    if odd.size and not checked:
        yield f"Its array {name} holds the implausible weight {float(odd[0]):.3g}."


def _tolerance_doubts(content: ModelContent) -> Iterator[str]:
    said = _section(content.config)
    for key, array in zip(("rtol", "atol"), content.arrays[-2:], strict=True):
        value, logged = float(array), said.get(key)
        if isinstance(logged, int | float) and not np.isclose(value, logged, rtol=1e-5, atol=0.0):
            yield f"Its {key} is {value:.3g} among the arrays and {logged:.3g} in the first line."
        elif not 0.0 < value < 1.0:
            yield f"Its {key} is {value:.3g}, which no solver can use."


def _key_doubts(config: Mapping[str, Any], settings: ModelSettings) -> Iterator[str]:
    said = _section(config)
    others = [name for name in said if name not in MODEL_KEYS]
    for key in settings.assumed:
        near = get_close_matches(key, others, n=1, cutoff=0.85) if key not in said else []
        if near:
            yield f"Its key {near[0]} looks like {key}, which is missing."


def _name_doubts(path: Path) -> Iterator[str]:
    stamp = re.search(r"-([0-9a-f]{12})\.eqx$", path.name)
    if stamp and not stamp[1].isdecimal() and not hashlib.sha256(path.read_bytes()).hexdigest().startswith(stamp[1]):
        yield "Its name ends in the checksum of other content."


def _section(config: Mapping[str, Any]) -> Mapping[str, Any]:
    section = config.get("parameters")
    return section if isinstance(section, Mapping) else config


def _config(line: bytes) -> dict[str, Any]:
    try:
        config = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise ValueError("its first line is not text: it should be the run's config as JSON") from error
    except (ValueError, RecursionError) as error:
        raise ValueError("its first line is not JSON: it should be the run's config") from error
    if not isinstance(config, dict):
        raise ValueError("its first line is not a mapping: it should be the run's config as JSON")
    return config


def _checksum(config: Mapping[str, Any], leaves: bytes) -> str:
    line = json.dumps({key: value for key, value in config.items() if key != CHECKSUM})
    return hashlib.sha256(line.encode() + b"\n" + leaves).hexdigest()


def _arrays(leaves: bytes) -> Iterator[np.ndarray]:
    """Yield the arrays of a file's leaves, each in NumPy's format."""
    place = number = 0
    while place < len(leaves):
        number += 1
        shape, kind, begin = _header(leaves, place, number)
        count = math.prod(shape)
        size, left = count * kind.itemsize, len(leaves) - begin
        if size > left:
            raise ValueError(
                f"it is cut off or damaged: its array number {number} has {size} bytes, and {left} are left"
            )
        yield np.frombuffer(leaves, dtype=kind, count=count, offset=begin).reshape(shape)
        place = begin + size


def _header(leaves: bytes, place: int, number: int) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Return shape and type of the array that begins at `place`, and where its numbers begin."""
    begin = place + 10
    length = int.from_bytes(leaves[place + 8 : begin], "little")
    header = _HEADER.fullmatch(leaves[begin : begin + length])
    if leaves[place : place + 8] != b"\x93NUMPY\x01\x00" or header is None:
        where = f"no array begins where its array number {number} should"
        raise ValueError(f"it is cut off, damaged or not a model file: {where}")
    try:
        return tuple(map(int, re.findall(rb"\d+", header[2]))), np.dtype(header[1].decode()), begin + length
    except TypeError as error:
        raise ValueError(f"it is damaged: its array number {number} has the type {header[1].decode()}") from error


def _check(name: str, array: np.ndarray, shape: Shape, why: tuple[str, ...]) -> None:
    fits = array.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, array.shape, strict=False))
    if not fits:
        wanted = _shape(tuple("any" if n is None else n for n in shape))
        reasons = f"{' and '.join(dict.fromkeys(why))} make it {wanted}" if why else f"should be {wanted}"
        raise ValueError(f"its array {name} has shape {_shape(array.shape)}, and {reasons}")
    if array.dtype != np.float32 if shape else array.dtype.kind not in "fi":
        raise ValueError(f"its array {name} has type {array.dtype}, and models have float32")


def _said(settings: ModelSettings, key: str) -> str:
    value = getattr(settings, key)
    if key not in settings.assumed:
        return f"{key} {value}"
    return f"{key} {value} (which the team's loader reads where the first line does not say it)"


def _shape(shape: Sequence[object]) -> str:
    return " x ".join(map(str, shape)) if shape else "of a single number"
