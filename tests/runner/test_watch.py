"""A watch keeps a store fresh beside sweeps, says what is new and nothing else."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from orbitsens.config import ConfigError
from runner.watch import watched
from store.connect import read_catalogue, store_version
from store.publish import SyncReport
from store.records import Unreadable
from tests.runner.runs import finished_runs, open_run, run_config, wait_for


def test_it_says_what_is_new_and_each_trouble_once() -> None:
    stop, news, troubles = threading.Event(), [], []
    quiet = SyncReport((), (), ("a",), (), 1, published=False)
    new = SyncReport(("b",), (), (), (), 2, published=True)
    failed = SyncReport((), (), (), (Unreadable("x", "broken"),), 2, published=False)
    outcomes = [new, quiet, quiet, "away", "away", quiet, "away", failed, failed, quiet]

    def sync() -> SyncReport:
        outcome = outcomes.pop(0)
        if not outcomes:
            stop.set()
        if isinstance(outcome, str):
            raise ConfigError(outcome)
        return outcome

    watched(sync, 0.001, news.append, troubles.append, stop)
    assert news == [new, failed, quiet]
    assert troubles == ["away", "away"]


def test_a_watch_beside_runs_that_are_written(tmp_path: Path) -> None:
    wandb_dir, store = tmp_path / "wandb", tmp_path / "store"
    finished_runs(wandb_dir, 1, "g1", n_steps=10)
    command = [sys.executable, "-m", "runner", "sync", "--all", "--watch", "--every", "1", "--json"]
    env = os.environ | {"WANDB_DIR": str(tmp_path), "ORBITSENS_STORE": str(store)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: store_version(store) == 1, process)
        open_run(wandb_dir, "open", run_config(3))  # never closed: its process goes on
        finished_runs(wandb_dir, 2, "g2", n_steps=10)
        wait_for(lambda: n_finished(store) == 3, process)
        time.sleep(2.5)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.startswith("Keeping")
    reports = [json.loads(line) for line in printed.splitlines()]
    assert all(report["published"] for report in reports)
    assert sorted(key for report in reports for key in report["new"] if "open" not in key) == [
        f"mlds-lab/neuralODEs/{run}" for run in ("g1-0", "g2-0", "g2-1")
    ]


def n_finished(store: Path) -> int:
    with read_catalogue(store) as con:
        return con.sql("SELECT count(*) FROM runs WHERE state = 'finished'").fetchall()[0][0]
