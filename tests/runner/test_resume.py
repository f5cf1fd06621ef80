"""A killed sweep goes on: finished runs are kept, the rest is trained, nothing twice."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from orbitsens.config import ConfigError
from orbitsens.version import NUMERICS
from runner.resume import left_to_train
from runner.tracking import close_run, finish_run, log_rows
from store.connect import read_catalogue
from tests.runner.runs import killed_run, open_run, run_config

TINY = """
wandb: {group: tiny}
data: {dataset_name: [simple_TBP_planar_3_train]}
parameters:
  width: [8, 9]
  depth: 1
  seed: [0, 1]
  steps_strategy: [[30, 30]]
  eval_every: 30
"""


def test_finished_and_diverged_runs_are_kept_others_are_left(tmp_path: Path) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    runs = [run_config(seed) for seed in range(5)]
    assert left_to_train(runs, wandb_dir, store, pytest.fail) == runs
    for seed, summary in ((1, {"acceleration_error": 2.0}), (2, {"acceleration_error": np.nan})):
        finish_run(open_run(wandb_dir, f"r{seed}", runs[seed]), summary, None)
    stopped = open_run(wandb_dir, "stopped", runs[3])
    log_rows(stopped, {"step": np.array([1]), "train_loss": np.array([1.0])})
    close_run(stopped, 255)
    killed_run(wandb_dir, "killed", n_rows=2000)  # of seed 0
    assert left_to_train(runs, wandb_dir, store, pytest.fail) == [runs[0], runs[3], runs[4]]
    other = [run_config(seed, "another") for seed in (1, 2)]
    assert left_to_train(other, wandb_dir, store, pytest.fail) == other


def test_a_sweep_that_is_running_is_not_trained_beside_itself(tmp_path: Path) -> None:
    runs = [run_config(seed) for seed in range(2)]
    finish_run(open_run(tmp_path / "wandb", "r0", runs[0]), {}, None)
    run = open_run(tmp_path / "wandb", "r1", runs[1])
    deadline = time.monotonic() + 60
    while (run.directory / "run-r1.wandb").stat().st_size < 100:  # it is flushed every 15 s
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with pytest.raises(ConfigError, match="1 runs of group 'g1' are being trained right now"):
        left_to_train(runs, tmp_path / "wandb", tmp_path / "store", pytest.fail)
    close_run(run, 255)
    assert left_to_train(runs, tmp_path / "wandb", tmp_path / "store", pytest.fail) == [runs[1]]


def test_finished_runs_of_other_numerics_are_kept_and_named(tmp_path: Path) -> None:
    runs, sentences = [run_config(seed) for seed in range(3)], list[str]()
    for seed, numerics in ((0, NUMERICS), (1, NUMERICS + 1)):
        run = open_run(tmp_path / "wandb", f"r{seed}", runs[seed], numerics=numerics)
        finish_run(run, {"acceleration_error": 2.0}, None)
    assert left_to_train(runs, tmp_path / "wandb", tmp_path / "store", sentences.append) == [runs[2]]
    (sentence,) = sentences
    assert f"numerics {NUMERICS + 1}, and this code has {NUMERICS}" in sentence


@pytest.mark.slow
def test_a_sweep_killed_between_programs_is_resumed(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    command = [sys.executable, "-m", "runner", "sweep", str(tmp_path / "tiny.yaml")]
    env = os.environ | {"WANDB_DIR": str(tmp_path), "ORBITSENS_STORE": str(tmp_path / "store")}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        deadline = time.monotonic() + 250
        while len(list(tmp_path.glob("wandb/offline-run-*"))) < 4:  # the second program has begun
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    again = subprocess.run([*command, "--resume"], env=env, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert re.search(r"2 of 4 runs of group 'tiny' are finished and kept; the other 2 are trained", again.stdout)
    assert "2 of 2 runs finished" in again.stdout
    third = subprocess.run([*command, "--resume"], env=env, capture_output=True, text=True, check=True)
    assert "4 of 4 runs of group 'tiny' are finished and kept; nothing is left to train" in third.stdout
    with read_catalogue(tmp_path / "store") as con:
        states = dict(con.sql("SELECT state, count(*) FROM runs GROUP BY ALL").fetchall())
        twice = con.sql("SELECT config_hash FROM runs WHERE state = 'finished' GROUP BY ALL HAVING count(*) > 1")
        assert twice.fetchall() == []
    # W&B writes a run's first records some time after its directory is made: a run killed before has no record.
    assert states.pop("crashed", 0) <= 2
    assert states == {"finished": 4}
