"""The rows and summaries that a run file is full of, read from their bytes where all their values are numbers.

To build messages of them and to go through these in Python is what a sync would spend most of its time on. A plain
record is one whose bytes have a form in which there is one reading only; all others are read as messages. Plain
records stay bytes until they are used: many small objects at once would keep Python's garbage collector busy.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Protobuf's encoding: a field is its tag and then a number (7 bits a byte), or a length and so many bytes. Names with
# control characters, or with the first byte of a value's tag, are not plain, so that both end where they seem to.
_VARINT = rb"[\x80-\xff]{0,8}[\0-\x7f]"
_NAME = rb"[\0-\x7f][^\0-\x1f\x82]++"
_NAMES = rb"[\n\x12]" + _NAME + rb"(?:\x12" + _NAME + rb")*+"  # `key`, or each `nested_key`
_BEFORE_NAMES, _BEFORE_NUMBER = rb"\n[\0-\x7f]", rb"\x82\x01[\0-\x7f]"  # an item; its `value_json`
_NON_FINITE = rb'NaN|-?Infinity|"NaN"|"-?Infinity"'
_NUMBER = rb"(?:-?[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?|" + _NON_FINITE + rb")"
_RECORD = (
    (rb"\x08" + _VARINT)  # the record's number
    + (rb"([\x12\x1a])" + _VARINT)  # `history` or `summary`
    + (rb"((?:" + _BEFORE_NAMES + _NAMES + _BEFORE_NUMBER + _NUMBER + rb")++)")
    + (rb"(?:\x12[\0-\x7f](?:\x08(" + _VARINT + rb"))?)?")  # W&B's step
    + (rb"(?:\xc2\x0c[\0-\x7f]\n" + _NAME + rb")?")  # the name of a stream
)
_form = re.compile(_RECORD).fullmatch
_VALUE_TAG = 0x82
_KINDS = {b"\x12": "history", b"\x1a": "summary"}


def plain(content: bytes) -> tuple[str, bytes, bytes | None] | None:
    """Read a record's frame.

    Returns:
        Its type, `history` or `summary`, its items as they stand, and a row's own step (see `plain_step`); None if the
        record is not plain.
    """
    form = _form(content)
    if form is None:
        return None
    field, items, step = form.groups()
    return _KINDS[field], items, step


def plain_step(step: bytes | None) -> int:
    """Return W&B's own step of a plain row."""
    return sum((byte & 0x7F) << 7 * i for i, byte in enumerate(step or b""))


class _Items(NamedTuple):
    """The items of plain records: the record that each is of, its name as a place in `names`, and its number's text."""

    places: np.ndarray
    codes: np.ndarray
    names: list[bytes]
    texts: pa.Array


def plain_columns(rows: Sequence[bytes]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield, for each key, the rows that have it (their places in `rows`) and their numbers, from the rows' items."""
    items = _items(rows)
    # What JSON has no number for may be in quotes, and is spelt as Arrow reads it.
    numbers = pc.utf8_trim(items.texts.cast(pa.string()), '"').cast(pa.float64()).to_numpy()
    for code, name in enumerate(items.names):
        its = items.codes == code
        yield _key(name), items.places[its], numbers[its]


def without_overwritten(records: Sequence[object]) -> list[object]:
    """Leave out the plain summary records of which later plain ones set every value again.

    Plain records are given as their items, bytes; all others stay.
    """
    plain_ones = [(i, record) for i, record in enumerate(records) if isinstance(record, bytes)]
    items = _items([record for _, record in plain_ones])
    last = np.zeros(len(items.names), dtype=np.int64)
    last[items.codes] = items.places  # of several assignments the last one stays
    kept = set(last.tolist())
    left_out = {i for place, (i, _) in enumerate(plain_ones) if place not in kept}
    return [record for i, record in enumerate(records) if i not in left_out]


def _items(records: Sequence[bytes]) -> _Items:
    joined = b"".join(records)
    content = np.frombuffer(joined, dtype=np.uint8)
    tags = np.flatnonzero(content == _VALUE_TAG)
    ends = tags + 3 + content[tags + 2]
    # Each item in four: its names, tag and length of its value, its number, tag and length of the next item.
    bounds = np.stack([np.append(2, ends[:-1] + 2)[: len(tags)], tags, tags + 3, ends], axis=1)
    offsets = np.append(bounds.ravel(), len(joined)).astype(np.int64)
    parts = pa.Array.from_buffers(pa.large_binary(), 4 * len(tags), [None, pa.py_buffer(offsets), pa.py_buffer(joined)])
    names = parts[0::4].dictionary_encode()
    places = np.searchsorted(np.cumsum([len(record) for record in records]), tags, side="right")
    return _Items(places, names.indices.to_numpy(), names.dictionary.to_pylist(), parts[2::4])


def _key(names: bytes) -> str:
    """Return the `key` of an item, else its nested keys; another field that looks like a part of them ends them."""
    parts, rest = [], names
    while rest[:1] in (b"\n", b"\x12"):
        length = rest[1]
        text = rest[2 : 2 + length].decode(errors="replace")
        if rest[:1] == b"\n":
            return text
        parts.append(text)
        rest = rest[2 + length :]
    return ".".join(parts)
