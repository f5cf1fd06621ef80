import random
import struct
import zlib

import pytest
from hypothesis import given, strategies as st

from runner.wandb_framing import BLOCK, FILE_HEAD, CutOff, DamagedFile, read_records


def framed(records: list[bytes]) -> bytes:
    """Write LevelDB's log format, as its description says."""
    data = bytearray(FILE_HEAD)
    for record in records:
        rest, first = record, True
        while True:
            left = BLOCK - len(data) % BLOCK
            if left < 7:
                data += bytes(left)
                continue
            part, rest = rest[: left - 7], rest[left - 7 :]
            kind = (1 if not rest else 2) if first else (4 if not rest else 3)
            data += struct.pack("<IHB", zlib.crc32(bytes([kind]) + part), len(part), kind) + part
            first = False
            if not rest:
                break
    return bytes(data)


def read(data: bytes) -> tuple[list[bytes], DamagedFile | None]:
    records = []
    try:
        for record in read_records(data):
            records.append(record)  # noqa: PERF402 - what came before the error counts
    except DamagedFile as error:
        return records, error
    return records, None


def some_records(seed: int, n: int = 60, longest: int = 9000) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(rng.choice((0, 1, rng.randrange(400), rng.randrange(longest)))) for _ in range(n)]


@given(
    st.lists(
        st.one_of(st.integers(0, 50), st.integers(BLOCK - 40, BLOCK + 10), st.integers(3 * BLOCK - 30, 3 * BLOCK)),
        max_size=6,
    )
)
def test_records_of_any_length_come_back(lengths: list[int]) -> None:
    records = [bytes([i + 1]) * length for i, length in enumerate(lengths)]
    assert read(framed(records)) == (records, None)


def test_a_cut_file_yields_the_records_before_the_cut() -> None:
    records = some_records(1, longest=3 * BLOCK)
    data = framed(records)
    ends = {len(framed(records[:n])): n for n in range(len(records) + 1)}
    for length in [*random.Random(0).sample(range(len(data)), 300), *ends, *(end - 1 for end in ends), *range(12)]:
        got, problem = read(data[:length])
        assert got == records[: len(got)]
        whole = max((n for end, n in ends.items() if end <= length), default=0)
        assert len(got) == whole
        if length not in ends and BLOCK - (length - 1) % BLOCK > 7:  # a cut in the padding of a block is none
            assert isinstance(problem, CutOff)


def test_a_flipped_byte_never_yields_another_record() -> None:
    records = some_records(2)
    data = framed(records)
    rng = random.Random(0)
    for _ in range(1000):
        place, flip = rng.randrange(len(data)), rng.randrange(1, 256)
        damaged = bytearray(data)
        damaged[place] ^= flip
        got, problem = read(bytes(damaged))
        assert got == records[: len(got)]
        assert problem is not None or got == records  # padding may change without harm


def test_fragments_without_their_neighbours_are_refused() -> None:
    parts = [(2, b"first"), (3, b"middle"), (4, b"last")]
    whole = [struct.pack("<IHB", zlib.crc32(bytes([k]) + p), len(p), k) + p for k, p in parts]
    assert read(FILE_HEAD + b"".join(whole)) == ([b"firstmiddlelast"], None)
    for wrong in ([whole[1]], [whole[2]], [whole[0], whole[0]]):
        got, problem = read(FILE_HEAD + b"".join(wrong))
        assert got == []
        assert "a part of a record is missing" in str(problem)
    assert isinstance(read(FILE_HEAD + whole[0])[1], CutOff)


@pytest.mark.parametrize("data", [b"PK\3\4 something else", FILE_HEAD[:4] + b"x" + FILE_HEAD[5:]])
def test_another_file_is_refused(data: bytes) -> None:
    assert "does not begin" in str(read(data)[1])


def test_zeros_after_a_lost_machine_are_no_records() -> None:
    records = some_records(3)
    got, problem = read(framed(records) + bytes(5000))
    assert got == records
    assert "checksum" in str(problem)
