"""Readers beside a writer, and two writers at once."""

import multiprocessing
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from store.connect import StoreError
from store.lock import writer_lock
from store.publish import SyncReport, publish
from store.records import RunRecord
from tests.factories import filled_store, run_record
from tests.store.generations import publish_generation, seen

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.store.generations"])


def read_until(store: Path, last: int, result: Connection) -> None:
    """Look again and again until the last generation; report what was seen, in order."""
    numbers = [seen(store)]
    result.send(numbers)
    try:
        while numbers[-1] < last:
            numbers.append(seen(store))
    except (AssertionError, OSError, StoreError) as error:
        result.send(f"{type(error).__name__} after {numbers[-3:]}: {error}")
    else:
        result.send(numbers)


@pytest.mark.parametrize(("n_readers", "n_versions"), [(3, 12), pytest.param(10, 50, marks=pytest.mark.slow)])
def test_readers_see_one_state_or_the_next_while_a_writer_publishes(
    store: Path, n_readers: int, n_versions: int
) -> None:
    publish_generation(store, 1)
    readers = []
    for _ in range(n_readers):
        receiver, sender = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=read_until, args=(store, n_versions, sender))
        process.start()
        sender.close()
        readers.append((process, receiver))
    assert [receiver.recv() for _, receiver in readers] == [[1]] * n_readers
    for number in range(2, n_versions + 1):
        publish_generation(store, number)
    for process, receiver in readers:
        numbers = receiver.recv()
        process.join()
        assert isinstance(numbers, list), numbers
        assert numbers == sorted(numbers)
        assert numbers[-1] == n_versions


def test_a_copy_made_while_a_writer_publishes_is_whole(store: Path, tmp_path: Path) -> None:
    publish_generation(store, 1)
    stop = threading.Event()

    def write() -> None:
        number = 1
        while not stop.is_set():
            number += 1
            publish_generation(store, number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(4):
            copy = tmp_path / f"copy{i}"
            copy_as_found(store, copy, backwards=bool(i % 2))
            seen(copy)
    finally:
        stop.set()
        writer.join()


def copy_as_found(origin: Path, target: Path, *, backwards: bool) -> None:
    """Copy as a backup program does: the list of names first, then file by file; drafts vanish meanwhile."""
    target.mkdir()
    for path in sorted(origin.iterdir(), reverse=backwards):
        if path.is_dir():
            copy_as_found(path, target / path.name, backwards=backwards)
        else:
            try:
                shutil.copyfile(path, target / path.name)
            except FileNotFoundError:
                assert path.name.startswith("LOCK") or ".tmp" in path.name


def slow_records(begun: threading.Event, go_on: threading.Event) -> Iterator[RunRecord]:
    yield run_record(0)
    begun.set()
    assert go_on.wait(30)
    yield run_record(1)


def test_the_second_writer_waits_and_says_for_whom(store: Path) -> None:
    begun, go_on, waiting = threading.Event(), threading.Event(), threading.Event()
    messages: list[str] = []
    reports: dict[str, SyncReport] = {}

    def first() -> None:
        reports["first"] = publish(store, slow_records(begun, go_on), source="local", on_wait=messages.append)

    def second() -> None:
        def on_wait(message: str) -> None:
            messages.append(message)
            waiting.set()

        reports["second"] = publish(store, [run_record(1), run_record(2)], source="api", on_wait=on_wait)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    assert waiting.wait(30)
    assert "second" not in reports
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(messages) == 1
    assert messages[0].startswith(
        f"Waiting for the run store at {store}: process {os.getpid()} on {socket.gethostname()} has been writing to it"
    )
    assert (len(reports["first"].new), len(reports["second"].new)) == (2, 1)
    assert len(reports["second"].unchanged) == 1
    assert not (store / "LOCK.holder").exists()


def hold(store: Path, ready: Connection) -> None:
    with writer_lock(store, print):
        ready.send(os.getpid())
        time.sleep(60)


def test_the_lock_of_a_dead_writer_is_taken_over_at_once(store: Path) -> None:
    receiver, sender = PROCESSES.Pipe(duplex=False)
    holder = PROCESSES.Process(target=hold, args=(store, sender))
    holder.start()
    pid = receiver.recv()
    os.kill(pid, signal.SIGKILL)
    holder.join()
    assert (store / "LOCK.holder").exists()
    assert filled_store(store, [run_record()]).published
