import math
import os
import shutil
import time
import timeit
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import wandb

from runner.tracking import finish_run, log_rows, start_run
from runner.wandb_local import has_end_record, local_groups, local_runs, read_run
from store.records import RunRecord
from tests.runner.runs import finished_runs, history, killed_run, open_run, run_config


@pytest.fixture
def free_run(tmp_path: Path) -> Iterator[wandb.Run]:
    """A run opened through wandb alone, as the team's older programs did."""
    settings = wandb.Settings(silent=True, console="off", disable_git=True, disable_code=True, x_disable_stats=True)
    run = wandb.init(
        mode="offline",
        dir=tmp_path,
        id="free",
        entity="e",
        project="p",
        group="old",
        reinit="create_new",
        settings=settings,
    )
    yield run
    run.finish()


def record_of(wandb_dir: Path) -> RunRecord:
    (record,) = local_runs(wandb_dir, None)
    assert isinstance(record, RunRecord), record
    return record


def finish(run: wandb.Run, tmp_path: Path) -> RunRecord:
    path = Path(run.settings.sync_file)
    run.finish()
    end = time.monotonic() + 20
    while not has_end_record(path):
        assert time.monotonic() < end
    return record_of(tmp_path / "wandb")


def test_a_killed_run_is_read_up_to_the_kill(tmp_path: Path) -> None:
    killed_run(tmp_path / "wandb", "k", n_rows=2000)
    record = record_of(tmp_path / "wandb")
    assert (record.state, record.reason) == ("crashed", "The run's process ended without a word.")
    n = len(record.history)
    assert 100 < n <= 2000
    assert record.history["train_loss"].to_pylist() == list(range(1, n + 1))
    assert record.config["parameters"]["seed"] == 0
    assert record.created_at < record.finished_at


def test_an_open_run_runs_however_long_it_is_silent(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    log_rows(run, {"step": np.array([1]), "train_loss": np.array([1.0])})
    path = run.directory / "run-r.wandb"
    deadline = time.monotonic() + 60
    while path.stat().st_size < 1000:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.utime(path, (0, 0))
    record = record_of(tmp_path / "wandb")
    assert (record.state, record.reason, record.finished_at) == ("running", "The run is being written.", None)
    finish_run(run, {}, None)
    assert not (run.directory / "ALIVE").exists()
    assert record_of(tmp_path / "wandb").state == "finished"


@pytest.mark.parametrize(("seconds_ago", "state"), [(100, "running"), (140, "crashed")])
def test_a_run_without_a_mark_of_life_runs_while_its_file_changes(
    finished: Path, tmp_path: Path, seconds_ago: float, state: str
) -> None:
    data = finished.read_bytes()
    copy = tmp_path / finished.parent.name / finished.name
    copy.parent.mkdir()
    copy.write_bytes(data[: len(data) // 2])
    os.utime(copy, (time.time() - seconds_ago,) * 2)
    (record,) = read_run([copy])
    assert record.state == state


def test_groups_choose_runs(tmp_path: Path) -> None:
    wandb_dir = tmp_path / "wandb"
    finished_runs(wandb_dir, 2, "a", n_steps=3)
    finished_runs(wandb_dir, 1, "b", n_steps=3)
    broken = wandb_dir / "run-20200101_000000-broken" / "run-broken.wandb"
    broken.parent.mkdir()
    broken.write_bytes(b"broken")
    told: list[tuple[int, int]] = []
    got = list(local_runs(wandb_dir, {"a"}, lambda done, total: told.append((done, total))))
    assert [r.run_id if isinstance(r, RunRecord) else r.where for r in got] == ["a-0", "a-1", str(broken)]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert len(list(local_runs(wandb_dir, None))) == 4
    assert local_groups(wandb_dir) == {"a": 2, "b": 1}
    assert list(local_runs(tmp_path / "nowhere", None)) == []


def test_a_resumed_run_is_one_record(tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "wandb", tmp_path / "second" / "wandb"
    run = open_run(first, "r", run_config())
    log_rows(run, {"step": np.array([1, 2]), "train_loss": np.array([4.0, 3.0])})
    finish_run(run, {"best_loss": 3.0, "early": 1}, None, exit_code=1)
    run = open_run(second, "r", run_config())
    log_rows(run, {"step": np.array([3, 4]), "train_loss": np.array([2.0, 1.0])})
    finish_run(run, {"best_loss": 1.0}, None)
    (directory,) = second.glob("offline-run-*")
    # As W&B names the directory of an online run that was taken up again.
    shutil.copytree(directory, first / "run-21000101_000000-r")
    record = record_of(first)
    assert record.state == "finished"
    assert record.history.to_pydict() == {"step": [1, 2, 3, 4], "train_loss": [4, 3, 2, 1]}
    assert (record.summary["best_loss"], record.summary["early"]) == (1, 1)


def test_two_projects_may_share_a_run_id(tmp_path: Path) -> None:
    for project in ("p1", "p2"):
        config = run_config(project=project)
        run = start_run(
            config, run_id="r", name=project, mode="offline", wandb_dir=tmp_path / project / "wandb", code={}
        )
        finish_run(run, {}, None)
    (second,) = (tmp_path / "p2" / "wandb").glob("offline-run-*")
    shutil.copytree(second, tmp_path / "p1" / "wandb" / "run-21000101_000000-r")
    assert [record.project for record in local_runs(tmp_path / "p1" / "wandb", {"g1"})] == ["p1", "p2"]


def test_an_older_programs_run(free_run: wandb.Run, tmp_path: Path) -> None:
    free_run.config.update({"width": 64, "nested": {"a": [1, 2]}})
    free_run.config.update({"width": 32}, allow_val_change=True)
    free_run.log({"train_loss": 3.0, "note": "text", "flag": True, "list": [1, 2], "nothing": None})
    free_run.log({"train_loss": 2.0, "group": {"inner": 1.5}, "big": 2**40})
    free_run.tags = ("late",)
    free_run.summary["nested"] = {"a": 1, "b": 2}
    free_run.summary["nested"]["b"] = {"c": 3}
    free_run.summary["gone"] = 1
    del free_run.summary["gone"]
    record = finish(free_run, tmp_path)
    assert record.config == {"width": 32, "nested": {"a": [1, 2]}}
    # It logged no `step`: W&B's own counts.
    assert record.history.to_pydict() == {
        "step": [0, 1],
        "big": [None, 2.0**40],
        "group.inner": [None, 1.5],
        "train_loss": [3, 2],
    }
    assert record.history.schema == pa.schema(
        {"step": pa.int64()} | {key: pa.float64() for key in ("big", "group.inner", "train_loss")}
    )
    assert record.tags == ("late",)
    assert record.summary["nested"] == {"a": 1, "b": {"c": 3}}
    assert record.summary["group"] == {"inner": 1.5}
    assert record.summary["note"] == "text"
    assert "gone" not in record.summary
    assert not any(key.startswith("_") for key in (*record.summary, *record.config))


def test_nan_as_text_is_a_number(free_run: wandb.Run, tmp_path: Path) -> None:
    free_run.log({"a": math.nan, "b": "NaN", "c": "-Infinity", "d": math.inf})
    free_run.log({"a": 1})
    table = finish(free_run, tmp_path).history
    assert table["a"].null_count == table["b"].null_count - 1 == 0
    assert math.isnan(table["a"][0].as_py())
    assert math.isnan(table["b"][0].as_py())
    assert (table["c"][0].as_py(), table["d"][0].as_py()) == (-math.inf, math.inf)


def test_the_model_is_checked_and_found_again(tmp_path: Path) -> None:
    wandb_dir = tmp_path / "wandb"
    (path,) = finished_runs(wandb_dir, 1, n_steps=3)
    model = record_of(wandb_dir).model
    assert model.path.parent == path.parent / "files"
    content = model.path.read_bytes()

    moved = tmp_path / "elsewhere" / "wandb"
    wandb_dir.rename(tmp_path / "elsewhere-")
    shutil.move(tmp_path / "elsewhere-", moved)
    assert record_of(moved).model.path.read_bytes() == content

    there = record_of(moved).model.path
    there.chmod(0o644)
    there.write_bytes(content[:-1] + b"?")
    model = record_of(moved).model
    assert model.path is None
    assert "damaged" in model.problem
    there.unlink()
    model = record_of(moved).model
    assert model.path is None
    assert "not on this machine" in model.problem


def test_the_last_model_artifact_counts_wherever_wandb_staged_it(
    free_run: wandb.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_DATA_DIR", str(tmp_path / "data"))
    for content in (b"first", b"second"):
        source = tmp_path / "source.eqx"
        source.write_bytes(content)
        artifact = wandb.Artifact("free", type="model")
        artifact.add_file(str(source), name="free.eqx")
        free_run.log_artifact(artifact)
    data = wandb.Artifact("data", type="dataset")
    data.add_file(str(source))
    free_run.log_artifact(data)
    source.unlink()
    model = finish(free_run, tmp_path).model
    assert model.artifact == "free"
    assert model.path.read_bytes() == b"second"


def test_a_history_of_1500_steps_is_read_fast(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    log_rows(run, {key: np.ma.asarray(values).data for key, values in history(1500).items()})
    finish_run(run, {}, None)
    assert record_of(tmp_path / "wandb").history.shape == (1500, 13)
    seconds = min(timeit.repeat(lambda: record_of(tmp_path / "wandb"), number=1, repeat=3))
    assert seconds < 1, f"{seconds:.2f} s; 0.08 s where this was written"
