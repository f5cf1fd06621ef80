"""Run files that were cut off or damaged: what was written before, never a wrong number, always a stated state."""

import os
import random
from pathlib import Path

import pytest

from runner.wandb_local import local_runs, read_run
from store.records import RunRecord, Unreadable


def mutated(path: Path, data: bytes, folder: Path) -> RunRecord | Unreadable:
    """Read the run again from a copy with other bytes, long enough ago not to be running."""
    copy = folder / path.parent.name / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(data)
    os.utime(copy, (0, 0))
    (result,) = read_run([copy])
    return result


def assert_is_earlier(got: RunRecord | Unreadable, whole: RunRecord) -> None:
    """What was read is the run as it once stood: a prefix of its rows, the summary of that moment."""
    if isinstance(got, Unreadable):
        assert got.reason
        return
    n = len(got.history)
    for key in got.history.column_names:
        assert got.history[key].to_pylist() == whole.history[key].to_pylist()[:n]
    assert got.config in (whole.config, {})
    assert (got.group, got.run_id, got.created_at) == (whole.group, whole.run_id, whole.created_at)
    if got.state == "finished":
        assert (got.summary, n, got.model is None) == (whole.summary, len(whole.history), whole.model is None)
        return
    assert got.state == "crashed"
    assert got.reason
    if "evaluations" in got.summary:
        assert got.summary["evaluations"] == whole.summary["evaluations"]
        assert n == len(whole.history)
    elif "step" in got.summary:
        # The summary of a row is written just before the row.
        assert n <= got.summary["step"] <= n + 1
        rows = whole.history.slice(0, int(got.summary["step"]))
        for key in ("train_loss", "acceleration_error"):
            last = [value for value in rows[key].to_pylist() if value is not None][-1:]
            assert [got.summary[key]] == last if key in got.summary else last == []


def test_truncated_at_many_lengths(finished: Path, tmp_path: Path) -> None:
    data = finished.read_bytes()
    (whole,) = read_run([finished])
    rows = set()
    for length in [*random.Random(0).sample(range(len(data)), 200), *range(10), len(data) - 1, len(data)]:
        got = mutated(finished, data[:length], tmp_path)
        assert_is_earlier(got, whole)
        if isinstance(got, RunRecord):
            rows.add(len(got.history))
            assert got.state == ("finished" if length == len(data) else "crashed")
    assert len(rows) > 50  # the cuts were all over the file


def test_flipped_bytes(finished: Path, tmp_path: Path) -> None:
    data = finished.read_bytes()
    (whole,) = read_run([finished])
    rng = random.Random(0)
    states = set()
    for _ in range(200):
        damaged = bytearray(data)
        for _ in range(rng.choice((1, 1, 1, 5, 100))):
            damaged[rng.randrange(len(data))] ^= rng.randrange(1, 256)
        got = mutated(finished, bytes(damaged), tmp_path)
        assert_is_earlier(got, whole)
        states.add(getattr(got, "state", "unreadable"))
    assert states >= {"crashed", "unreadable"}


@pytest.mark.parametrize("data", [b"", b"no run file at all", b":W&B\xe1\xbe\0"])
def test_what_is_no_run_is_said_in_a_sentence(finished: Path, tmp_path: Path, data: bytes) -> None:
    got = mutated(finished, data, tmp_path)
    assert isinstance(got, Unreadable)
    assert got.where.endswith(finished.name)
    assert got.reason.endswith(": no run can be read from it.")


def test_a_run_file_that_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "offline-run-20200101_000000-x" / "run-x.wandb"
    path.mkdir(parents=True)
    (got,) = local_runs(tmp_path, {"g1"})
    assert isinstance(got, Unreadable)
    assert "cannot be read" in got.reason
