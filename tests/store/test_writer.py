"""Who writes to the store at this moment, as readers are told: the lock decides, its note only says who."""

import json
import multiprocessing
import os
import socket
from pathlib import Path

import pytest

from store.errors import StoreError
from store.lock import is_locked, remote_note, writer, writer_lock


def note(store: Path, pid: int, host: str) -> None:
    (store / "LOCK").touch()
    (store / "LOCK.holder").write_text(json.dumps({"pid": pid, "host": host, "since": "2026-11-22"}))


def test_the_holder_is_told_while_it_holds(tmp_path: Path) -> None:
    assert writer(tmp_path / "none") is None
    with writer_lock(tmp_path, print):
        told = writer(tmp_path)
    assert told is not None
    assert told.startswith(f"process {os.getpid()} on {socket.gethostname()} since 20")
    assert writer(tmp_path) is None


def test_a_dead_holder_is_nobody(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()
    process.join()
    assert process.pid is not None
    note(tmp_path, process.pid, socket.gethostname())
    assert writer(tmp_path) is None
    assert remote_note(tmp_path) is None


def test_a_number_that_another_process_has_now_is_nobody(tmp_path: Path) -> None:
    note(tmp_path, os.getpid(), socket.gethostname())
    assert writer(tmp_path) is None


def test_a_holder_elsewhere_without_its_lock_is_no_writer_but_a_note(tmp_path: Path) -> None:
    note(tmp_path, 42, "lab2")
    assert writer(tmp_path) is None
    told = remote_note(tmp_path)
    assert told is not None
    assert told.startswith("Process 42 on lab2 noted that it writes since 2026-11-22, but its lock is free")
    assert f"delete {tmp_path / 'LOCK.holder'}, or let the next sync take over." in told
    with writer_lock(tmp_path, pytest.fail):
        assert remote_note(tmp_path) is None
    assert remote_note(tmp_path) is None


@pytest.mark.parametrize("text", ['{"pid": 1', "[]", "{}", '{"pid": "x", "host": 1, "since": 2}', "\xff", ""])
def test_a_note_that_is_not_understood_hides_no_writer(tmp_path: Path, text: str) -> None:
    with writer_lock(tmp_path, pytest.fail):
        (tmp_path / "LOCK.holder").write_bytes(text.encode("latin-1"))
        assert writer(tmp_path) == "another process"
    (tmp_path / "LOCK.holder").write_bytes(text.encode("latin-1"))
    assert writer(tmp_path) is None
    assert remote_note(tmp_path) is None


def test_looking_at_a_lock_writes_nothing(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "LOCK")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "LOCK").touch(0o444)
    before = (tmp_path / "LOCK").stat()
    assert not is_locked(tmp_path / "LOCK")
    assert (tmp_path / "LOCK").stat() == before


def test_a_waiting_writer_says_how_to_take_over_from_a_machine_that_is_gone(tmp_path: Path) -> None:
    said: list[str] = []

    class Said(Exception):
        pass

    def say(sentence: str) -> None:
        said.append(sentence)
        raise Said

    with writer_lock(tmp_path, print):
        note(tmp_path, 42, "lab2")
        with pytest.raises(Said), writer_lock(tmp_path, say):
            pass
    assert "process 42 on lab2 has been writing to it since 2026-11-22" in said[0]
    assert f"(if lab2 is down for good, delete {tmp_path / 'LOCK'} to take over)" in said[0]


def test_a_path_that_the_database_cannot_write_to_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"has a '\?', and the database cannot write there"):
        writer_lock(tmp_path / "a?b", print).__enter__()
    assert list(tmp_path.iterdir()) == []
