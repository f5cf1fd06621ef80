"""A writer that dies at any moment, or finds the disk full, leaves a whole store."""

import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from store.connect import StoreError, store_version
from store.layout import versions
from store.seen import note_sightings, sightings
from tests.store.generations import publish_for_ever, publish_generation, seen
from tests.store.looking import everything, litter

# A server that has imported everything makes each of many short-lived processes in milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.store.generations"])


def publish_and_acknowledge(store: Path, first: int, acknowledge: Connection) -> None:
    os.write(acknowledge.fileno(), b"0\n")
    publish_for_ever(store, first, acknowledge.fileno())


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 5))])
def test_killed_at_random_moments_nothing_acknowledged_is_lost_and_nothing_half_is_seen(store: Path, seed: int) -> None:
    moments = random.Random(seed)
    publish_generation(store, 1)
    current = 1
    for _ in range(10):
        acknowledged = killed_writer(store, current + 1, moments.uniform(0, 0.3))
        found = seen(store)
        # At most the generation whose acknowledgement did not get out any more.
        assert max(acknowledged, current) <= found <= max(acknowledged, current) + 1
        current = found + 1
        publish_generation(store, current)
        assert seen(store) == current
        assert litter(store) == []
        assert versions(store)[-1] == store_version(store)


def killed_writer(store: Path, first: int, seconds: float) -> int:
    """Let a writer publish for a while, from one generation on, and kill it; return the last that it acknowledged."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    writer = PROCESSES.Process(target=publish_and_acknowledge, args=(store, first, sender))
    writer.start()
    sender.close()
    said = os.read(receiver.fileno(), 2)
    assert said == b"0\n", "the writer says when it begins"
    time.sleep(seconds)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    while more := os.read(receiver.fileno(), 4096):
        said += more
    receiver.close()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    return int(said.decode().split()[-1])


def test_a_whole_program_killed_leaves_a_store_that_the_next_one_goes_on_with(store: Path) -> None:
    publish_generation(store, 1)
    command = [sys.executable, "-m", "tests.store.generations", str(store), "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(3)][-1]
        writer.kill()
    assert seen(store) >= acknowledged == 4
    publish_generation(store, 10_000)
    assert seen(store) == 10_000


def publish_with_limit(store: Path, n_bytes: int, result: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
    result.send(message_of_publishing(store))


def message_of_publishing(store: Path) -> str:
    try:
        publish_generation(store, 2)
    except StoreError as error:
        return str(error)
    return "published"


@pytest.mark.parametrize("kilobytes", [1, 4, 60, 140])
def test_a_file_that_cannot_grow_is_one_message_and_the_old_state(store: Path, kilobytes: int) -> None:
    publish_generation(store, 1)
    before = everything(store)
    receiver, sender = PROCESSES.Pipe(duplex=False)
    writer = PROCESSES.Process(target=publish_with_limit, args=(store, kilobytes * 1024, sender))
    writer.start()
    sender.close()
    message = receiver.recv()
    writer.join()
    assert message == f"The disk of the run store at {store} is full: free space and sync again; it is as it was."
    assert writer.exitcode == 0
    assert everything(store) == before
    assert litter(store) == []
    assert store_version(store) == 1
    publish_generation(store, 2)
    assert seen(store) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    where = tmp_path / "disk"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(where)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    yield where
    subprocess.run(["umount", "--lazy", str(where)], check=True)


def test_a_full_disk_is_one_message_and_the_old_state(small_disk: Path) -> None:
    store = small_disk / "store"
    messages = []
    for number in range(1, 20):
        try:
            publish_generation(store, number)
        except StoreError as error:
            messages.append(str(error))
            break
    assert messages == [f"The disk of the run store at {store} is full: free space and sync again; it is as it was."]
    last = seen(store)
    assert last == number - 1
    assert litter(store) == []
    for version in versions(store)[:-1]:
        (store / f"catalogue-{version:06d}.duckdb").unlink()
    publish_generation(store, number)
    assert seen(store) == number


def test_a_disk_that_is_full_when_sightings_are_noted_is_one_message(small_disk: Path) -> None:
    store, ballast = small_disk / "store", small_disk / "ballast"
    publish_generation(store, 1)
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(2**20))
    found = {f"place {i}": (f"{i:064}", {}) for i in range(100)}
    with pytest.raises(StoreError, match=r"The disk of the run store at .* is full"):
        note_sightings(store, found, print)
    assert (seen(store), sightings(store)) == (1, {})
    ballast.unlink()
    note_sightings(store, found, print)
    assert sightings(store) == found
