"""Who writes to the store at this moment, as readers are told."""

import json
import multiprocessing
import os
import socket
from pathlib import Path

import pytest

from store.lock import writer, writer_lock


def test_the_holder_is_told_while_it_holds(tmp_path: Path) -> None:
    assert writer(tmp_path / "none") is None
    with writer_lock(tmp_path, print):
        told = writer(tmp_path)
    assert told is not None
    assert told.startswith(f"process {os.getpid()} on {socket.gethostname()} since 20")
    assert writer(tmp_path) is None


@pytest.mark.parametrize(("host", "told"), [(socket.gethostname(), False), ("elsewhere", True)])
def test_a_dead_holder_on_this_machine_is_nobody(tmp_path: Path, host: str, told: bool) -> None:
    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()
    process.join()
    (tmp_path / "LOCK.holder").write_text(json.dumps({"pid": process.pid, "host": host, "since": "2026-11-22"}))
    assert (writer(tmp_path) is not None) == told


def test_half_a_note_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "LOCK.holder").write_text('{"pid": 1')
    assert writer(tmp_path) is None
