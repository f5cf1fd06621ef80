"""Real W&B offline runs for the tests of this folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from orbitsens.config import RunConfig, expand
from orbitsens.config.sweepfile import parse_sweep
from orbitsens.version import NUMERICS
from runner.tracking import TrackedRun, finish_run, log_rows, on_steps, start_run

ROOT = Path(__file__).resolve().parents[2]
EVERY_STEP = (
    "train_loss",
    "percent_error",
    "loss_component_mpe",
    "loss_component_rmse",
    "curriculum_phase",
    "segment_length",
    "segment_ratio",
)
ON_EVALUATION = (
    "full_train_loss",
    "acceleration_error",
    "accel_angle_deg",
    "radial_sign_violation_pct",
    "accel_dir_flip_pct",
)


def run_config(seed: int = 0, group: str = "g1", **wandb: object) -> RunConfig:
    raw = {
        "wandb": {"group": group, **wandb},
        "data": {"dataset_name": "complex_TBP_planar_10_train"},
        "parameters": {"seed": seed},
    }
    return expand(parse_sweep(raw))[0]


def history(n: int, seed: int = 0, every: int = 50) -> dict[str, np.ndarray]:
    """Rows of n steps as training logs them: twelve keys, five of them on evaluation steps alone."""
    rng = np.random.default_rng(seed)
    steps = np.arange(1, n + 1)
    at = steps[every - 1 :: every]
    rows = {"step": steps} | {key: rng.random(n, dtype=np.float32) for key in EVERY_STEP}
    return rows | {key: on_steps(steps, at, rng.random(len(at), dtype=np.float32)) for key in ON_EVALUATION}


def evaluations(seed: int, n_orbits: int = 10) -> list[dict[str, object]]:
    per_orbit = np.random.default_rng(seed).random(n_orbits)
    measured = {"mean": float(per_orbit.mean()), "per_orbit": per_orbit}
    return [
        {
            "dataset": "complex_TBP_planar_10_test",
            "split": "test",
            "n_orbits": n_orbits,
            "n_failed": 0,
            "code_version": "0.1.0",
            "metrics": {"acceleration_error": measured},
        }
    ]


def open_run(wandb_dir: Path, run_id: str, config: RunConfig, numerics: int = NUMERICS) -> TrackedRun:
    name = f"run {run_id}"
    code = {"version": "0.1.0", "numerics": numerics}
    return start_run(config, run_id=run_id, name=name, mode="offline", wandb_dir=wandb_dir, code=code)


def finished_runs(wandb_dir: Path, n: int, group: str = "g1", n_steps: int = 100) -> list[Path]:
    """Make n finished runs, open together, with history, summary and model; return their `.wandb` files."""
    runs = [open_run(wandb_dir, f"{group}-{i}", run_config(i, group)) for i in range(n)]
    model = wandb_dir / "model.eqx"
    for i, run in enumerate(runs):
        log_rows(run, history(n_steps, seed=i))
        model.write_bytes(b"{}\n" + bytes([i]) * 1000)
        finish_run(run, {"best_step": 7, "best_loss": 0.1 + i, "evaluations": evaluations(i)}, model)
    return [next(run.directory.glob("*.wandb")) for run in runs]


def killed_run(wandb_dir: Path, run_id: str, n_rows: int) -> None:
    """Start a run in a process of its own, log rows with `train_loss` = step, and kill it when some are on disk."""
    script = f"""
import time
from pathlib import Path
import numpy as np
from runner.tracking import log_rows
from tests.runner.runs import open_run, run_config
run = open_run(Path({str(wandb_dir)!r}), {run_id!r}, run_config())
steps = np.arange(1, {n_rows} + 1)
log_rows(run, {{"step": steps, "train_loss": steps.astype(float)}})
time.sleep(600)
"""
    # With a wandb-core of its own, not the one that this process may have running.
    environment = {name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"}
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment, start_new_session=True)
    try:
        wait_for(lambda: any(path.stat().st_size > 2**16 for path in wandb_dir.glob("*/*.wandb")), process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # wandb-core with it, as a lost machine would
        process.wait()


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"the process ended by itself with {process.returncode}"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def plain(value: object) -> object:
    """The value as it reads back from JSON."""
    return json.loads(json.dumps(value))
