"""Processes that work for ours and are killed: those that read runs, and W&B's own."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from orbitsens.config import ConfigError
from runner.found import Found
from runner.sync import bring_in
from store.connect import read_catalogue
from tests.factories import run_record
from tests.runner.runs import ROOT


def read_or_die(seed: int, dies: bool) -> list[object]:
    if dies:
        os.kill(os.getpid(), 9)
    return [run_record(seed)]


def test_a_reading_process_that_is_killed_is_one_sentence_and_the_next_sync_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.sync.PORTION_RUNS", 2)

    def synced(deadly: int | None) -> list[str]:
        found = [Found(str(i), "mark", partial(read_or_die, i, i == deadly)) for i in range(6)]
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            return list(bring_in(found, pool, "local", tmp_path / "store", pytest.fail, lambda done: None).new)

    with pytest.raises(ConfigError, match=r"^A process that was reading runs was killed, .*: sync again, it will"):
        synced(4)
    n_before = 0
    if (tmp_path / "store" / "CURRENT").exists():
        with read_catalogue(tmp_path / "store") as con:
            n_before = con.sql("SELECT count(*) FROM runs").fetchall()[0][0]
    assert len(synced(None)) == 6 - n_before


WANDB_CORE_KILLED = """
import os, subprocess, sys
from pathlib import Path
from orbitsens.config import ConfigError
from runner.tracking import close_run, finish_run, log_rows
from runner.wandb_local import local_runs
from tests.runner.runs import history, open_run, run_config

folder = Path(sys.argv[1]) / "wandb"
runs = [open_run(folder, f"r{i}", run_config(i)) for i in range(2)]
finish_run(runs[0], {"best_loss": 1.0}, None)
lines = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
pids = [int(line.split()[0]) for line in lines.splitlines() if "wandb-core" in line]
os.kill(pids[0], 9)
sentences = []
for call in (lambda: [log_rows(runs[1], history(2000)), finish_run(runs[1], {}, None)], lambda: close_run(runs[1], 1)):
    try:
        call()
    except ConfigError as error:
        sentences.append(str(error))
assert len(sentences) == 2 and set(sentences) == {sentences[0]}, sentences
print(sentences[0])
log_rows(other := open_run(folder, "r2", run_config(2)), history(10))
finish_run(other, {}, None)
print({run.run_id: (run.state, len(run.history)) for run in local_runs(folder, None) if hasattr(run, "run_id")}["r2"])
"""


def run_script(script: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script on a folder in a process of its own, with a wandb-core of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"} | variables
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_wandb_core_killed_is_one_sentence_and_the_next_run_has_another(tmp_path: Path) -> None:
    done = run_script(WANDB_CORE_KILLED, tmp_path)
    assert done.returncode == 0, done.stderr
    sentence, after = done.stdout.strip().splitlines()
    assert sentence.startswith("W&B's own process, wandb-core, has ended: perhaps it was killed.")
    assert after == "('finished', 10)"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"WANDB_SWEEP_ID": "abcd1234"},
        {"WANDB_RESUME": "must", "WANDB_RUN_ID": "abc", "WANDB_RUN_GROUP": "other", "WANDB_PROJECT": "other"},
        {"WANDB_SWEEP_ID": "abcd1234", "WANDB_SWEEP_PARAM_PATH": "{folder}/parameters.yaml", "WANDB_TAGS": "a,b"},
    ],
)
def test_what_agents_leave_in_the_environment_changes_no_run(tmp_path: Path, variables: dict[str, str]) -> None:
    (tmp_path / "parameters.yaml").write_text("wandb_version: 1\nseed: {value: 77}\nwidth: {value: 1}\n")
    script = """
import sys
from pathlib import Path
from runner.tracking import finish_run, log_rows
from runner.wandb_local import local_runs
from tests.runner.runs import history, open_run, run_config

folder = Path(sys.argv[1]) / "wandb"
for i in range(2):
    run = open_run(folder, f"r{i}", run_config(i))
    log_rows(run, history(3))
    finish_run(run, {}, None)
for run in local_runs(folder, None):
    keys = sorted(run.config)
    named = (run.run_id, run.name, run.group, run.project, run.state, run.tags, run.sweep_id)
    print(*named, run.config["parameters"]["seed"], keys)
"""
    named = {name: value.format(folder=tmp_path) for name, value in variables.items()}
    out = run_script(script, tmp_path, **named)
    assert out.returncode == 0, out.stderr
    keys = "['data', 'orbitsens', 'parameters', 'wandb']"
    assert out.stdout.splitlines() == [f"r{i} run r{i} g1 neuralODEs finished () None {i} {keys}" for i in range(2)]
