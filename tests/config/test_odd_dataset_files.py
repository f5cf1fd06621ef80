"""Dataset files that are none, or that would never end: one sentence each, at once and with little memory."""

import io
import json
import os
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest

from orbitsens.config import ConfigError, dataset_text, read_orbit_file
from tests.config.test_dataset_files import write_orbits

ORBIT = '{"t": [0, 60], "y": [[7000, 6985], [0, 450], [0, 0], [0, -0.5], [7.5, 7.4], [0, 0]]}'
LONG = "k" * 100_000


def orbit(old, new):
    """A file of one orbit with a part of its text replaced."""
    return '{"orbit_0": ' + ORBIT.replace(old, new) + "}"


def npy(array, *, pickle=False):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=pickle)
    return file.getvalue()


def header(text):
    """An array's file with that header and eight bytes."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("latin1") + b"12345678"


def archive(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as zipped:
        for name, content in members:
            zipped.writestr(name, content)


def json_file(text):
    return "o.json", lambda path: path.write_text(text)


def npz_file(*members):
    return "o.npz", lambda path: archive(path, *members)


def twice(path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive(path, T, Y, T)


def cut(path):
    archive(path, T, Y)
    path.write_bytes(path.read_bytes()[:-40])


def flipped(path):
    archive(path, T, Y, method=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[150] ^= 1
    path.write_bytes(content)


T, Y = ("orbit_0/t.npy", npy(np.array([0.0, 60.0]))), ("orbit_0/y.npy", npy(np.ones((6, 2))))
SHAPED = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }"

FILES = {
    "nested": (*json_file('{"orbit_0": ' + "[" * 200_000 + "]" * 200_000 + "}"), "nested too deep"),
    "long number": (*json_file('{"orbit_0": {"t": [' + "9" * 5000 + "]}}"), "5000|limit"),
    "beyond floats": (*json_file(orbit("60", "1" + "0" * 400)), "needs the numbers"),
    "texts": (*json_file(orbit("60", '"60"')), "needs the numbers"),
    "truths": (*json_file(orbit("[0, 60]", "[false, true]")), "needs the numbers"),
    "twice": (*json_file(f'{{"orbit_0": {ORBIT}, "orbit_0": {ORBIT}}}'), "the key 'orbit_0' stands twice"),
    "t twice": (*json_file(orbit('"y"', '"t": [0, 1], "y"')), "the key 't' stands twice"),
    "long name twice": (*json_file(f'{{"{LONG}": 1, "{LONG}": 2}}'), "stands twice"),
    "no utf-8": ("o.json", lambda path: path.write_bytes(b'{"\xff": 1}'), "not a dataset file"),
    "empty": (*json_file(""), "not a dataset file"),
    "a list": (*json_file("[1, 2]"), "no mapping of orbits"),
    "a folder": ("o.json", lambda path: path.mkdir(), "not a regular file"),
    "a folder npz": ("o.npz", lambda path: path.mkdir(), "not a regular file"),
    "a fifo": ("o.json", os.mkfifo, "not a regular file"),
    "a fifo npz": ("o.npz", os.mkfifo, "not a regular file"),
    "zeros": ("o.npz", lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "a loop": ("o.json", lambda path: path.symlink_to(path), "cannot read this dataset file"),
    "an array": ("o.npz", lambda path: path.write_bytes(npy(np.ones(3))), "not an archive of arrays"),
    "no array inside": (*npz_file(("orbit_0/t.npy", b"text"), Y), "not a dataset file"),
    "objects": (*npz_file(("orbit_0/t.npy", npy(np.array([{}, 1], dtype=object), pickle=True)), Y), "holds no numbers"),
    "complex": (*npz_file(("orbit_0/t.npy", npy(np.array([1j, 2]))), Y), "holds no numbers"),
    "texts in an array": (*npz_file(("orbit_0/t.npy", npy(np.array(["0", "60"]))), Y), "holds no numbers"),
    "an array twice": ("o.npz", twice, "the array 'orbit_0/t' stands twice"),
    "header of 1e15": (*npz_file(("orbit_0/t.npy", header(SHAPED % 10**15)), Y), "shorter than its shape"),
    "header below 0": (*npz_file(("orbit_0/t.npy", header(SHAPED % -5)), Y), "shorter than its shape"),
    "long header": (*npz_file(("orbit_0/t.npy", header("(" * 60_000)), Y), "not a dataset file"),
    "odd header": (*npz_file(("orbit_0/t.npy", header("{'descr': ")), Y), "not a dataset file"),
    "bomb": (*npz_file(("orbit_0/t.npy", header(SHAPED % 10) + bytes(20_000_000)), Y), "more than 10,000,000 bytes"),
    "cut": ("o.npz", cut, "not an archive of arrays"),
    "flipped": ("o.npz", flipped, "not a dataset file"),
    "one of many lost": (*npz_file(T), "orbit_0 needs the numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_one_sentence_at_once(tmp_path, name, monkeypatch):
    monkeypatch.setattr(dataset_text, "MOST_BYTES", 10_000_000)
    file, make, words = FILES[name]
    make(tmp_path / file)
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(ConfigError, match=words) as told:
        read_orbit_file(str(tmp_path / file))
    seconds, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(str(told.value)) < 700
    assert "\n" not in str(told.value)
    assert seconds < 5
    assert peak < 30_000_000


def test_a_name_of_thousands_of_digits_is_a_name(tmp_path):
    names = ["orbit_" + "9" * 5000, "orbit_10", "orbit_2", "orbit_0", "other"]
    (tmp_path / "o.json").write_text("{" + ", ".join(f'"{name}": {ORBIT}' for name in names) + "}")
    found = [orbit.name for orbit in read_orbit_file(str(tmp_path / "o.json")).orbits]
    assert found == ["other", "orbit_0", "orbit_2", "orbit_10", names[0]]


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "o.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ConfigError, match=r"it has 1,099,511,627,776 bytes, and at most 536,870,912 .* as .npz"):
        read_orbit_file(str(path))


@pytest.mark.parametrize("path", ["a\0b.json", "o" * 5000 + ".json", "nowhere/" * 100_000 + "o.json"])
def test_a_path_that_is_none(path):
    with pytest.raises(ConfigError, match="cannot read this dataset file") as told:
        read_orbit_file(path)
    assert len(str(told.value)) < 500


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t, y: y[2].__setitem__(7, None), r"not finite at sample 7 \(t = [0-9.]+ s\); leave"),
        (lambda t, y: [y[0].__setitem__(i, float("nan")) for i in (9, 12)], "not finite at sample 9 .* and in 1 more"),
        (lambda t, y: t.__setitem__(3, float("inf")), "not finite at sample 3; leave"),
        (lambda t, y: y[0].__setitem__(1, 1e300), r"a value beyond 1e\+30 at sample 1"),
        (lambda t, y: t.__setitem__(5, t[4]), r"do not rise .*: ([0-9.]+) s is followed by \1 s at sample 5"),
        (lambda t, y: t.reverse(), "at sample 1 .* and in 38 more"),
        (lambda t, y: [row.__setitem__(4, 0) for row in y[:3]], "at the centre of the Earth at sample 4"),
    ],
)  # fmt: skip
def test_the_sample_is_named(tmp_path, change, words):
    path = write_orbits(tmp_path / "o.json", lengths=(40,))
    raw = json.loads(path.read_text())
    change(raw["orbit_0"]["t"], raw["orbit_0"]["y"])
    path.write_text(json.dumps(raw))
    with pytest.raises(ConfigError, match=words):
        read_orbit_file(str(path))
