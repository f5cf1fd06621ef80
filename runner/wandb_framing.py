"""The framing of W&B's local run files: LevelDB's log format, each fragment with a checksum.

A file is a 7-byte head and then blocks of 32 KiB (the head belongs to the first). A block holds fragments: checksum
(CRC-32 of type and content, little-endian), length of the content (2 bytes), type (1 byte), content. A record is one
fragment of type FULL, or FIRST, any number of MIDDLE and LAST. What does not hold a fragment's head ends a block.
"""

import struct
import zlib
from collections.abc import Iterator

FILE_HEAD = b":W&B" + (0xBEE1).to_bytes(2, "little") + b"\0"
BLOCK = 32 * 1024
FRAGMENT_HEAD = struct.Struct("<IHB")
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


class DamagedFile(Exception):
    """The records end early: the message says, as the rest of a sentence, what the file does or is."""


class CutOff(DamagedFile):
    """The last record is incomplete, as after a kill or while the run is still writing."""


def read_records(data: bytes) -> Iterator[bytes]:
    """Yield the records of a run file, in order, up to its end or its first damage.

    Nothing after a damage is used, since a later record may rest on a lost one: what was yielded is the file as it
    once stood.

    Raises:
        DamagedFile: it is no run file, or a checksum fails.
        CutOff: it ends in the middle of a record.
    """
    if len(data) < len(FILE_HEAD) and FILE_HEAD.startswith(data):
        raise CutOff("ends before its first record")
    if not data.startswith(FILE_HEAD):
        raise DamagedFile("does not begin as W&B's run files do")
    position = len(FILE_HEAD)
    parts: list[bytes] = []
    while (position := _fragment_start(position)) < len(data):
        kind, content, end = _fragment(data, position)
        if (kind in (MIDDLE, LAST)) != bool(parts):
            raise DamagedFile(f"is damaged at byte {position} of {len(data)}: a part of a record is missing")
        parts.append(content)
        if kind in (FULL, LAST):
            yield b"".join(parts)
            parts.clear()
        position = end
    if parts:
        raise CutOff("ends in the middle of a record")


def _fragment_start(position: int) -> int:
    left = BLOCK - position % BLOCK
    return position + left if left < FRAGMENT_HEAD.size else position


def _fragment(data: bytes, position: int) -> tuple[int, bytes, int]:
    start = position + FRAGMENT_HEAD.size
    if start > len(data):
        raise CutOff("ends in the middle of a record")
    checksum, length, kind = FRAGMENT_HEAD.unpack_from(data, position)
    end = start + length
    if end > len(data):
        raise CutOff("ends in the middle of a record")
    if not FULL <= kind <= LAST or zlib.crc32(data[start - 1 : end]) != checksum:
        raise DamagedFile(f"is damaged at byte {position} of {len(data)}: the checksum fails")
    return kind, data[start:end], end
