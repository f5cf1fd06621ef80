"""W&B out: many runs open at once in one process, histories logged in bulk, model files kept beside the run.

Everything that is logged lies in the run's local directory, the model's bytes included (`files/<run id>.eqx`), so
the run store can be rebuilt from that directory alone.
"""

import hashlib
import os
import secrets
import shutil
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import wandb
from wandb.errors import AuthenticationError, CommError, UsageError

from orbitsens.config import ConfigError, RunConfig, is_artifact, parse_artifact
from runner.liveness import hold
from runner.logging_thread import Submit as Submit, logging_thread as logging_thread
from runner.patience import PROBLEMS
from runner.server import check_address, first_sentence, server_answers
from runner.wandb_local import has_end_record
from runner.wandb_service import one_of_our_own, service
from runner.wandb_values import to_json_like

Mode = Literal["offline", "online"]

SECONDS_TO_CLOSE = 60
SECONDS_TO_START = 30  # online; then the run goes on offline
SECONDS_TO_SEND = 20  # online, for the rest of a run at its end; the local file has it all

LATER = "send it later with `wandb sync` and the run's directory."

Say = Callable[[str], None]


@dataclass(frozen=True)
class TrackedRun:
    """A W&B run that is open for logging. `directory` is its local directory, `release` ends its mark of life."""

    run_id: str
    directory: Path
    wandb_run: wandb.Run
    mode: Mode
    release: Callable[[], None]


def start_run(
    config: RunConfig,
    *,
    run_id: str | None,
    name: str,
    mode: Mode,
    wandb_dir: Path,
    code: Mapping[str, object],
    say: Say | None = None,
) -> TrackedRun:
    """Open a W&B run; hundreds may be open at once.

    Args:
        config: what the run computes; logged nested as in the sweep file, with its hashes under `orbitsens`.
        run_id: W&B's id of the run; None takes a new random one, and so does a run that cannot be online.
        name: the name that W&B shows.
        mode: "offline" writes local files alone, "online" sends them to the server as well.
        wandb_dir: the folder, named `wandb`, in which the run's directory is made.
        code: what else is logged under `orbitsens`, such as version and device.
        say: told when a run that should be online is kept offline, because the server does not answer.

    Raises:
        ConfigError: online without being logged in; or the server does not answer, and nobody is to be told; or W&B's
            own process was killed.
        OSError: `wandb_dir` cannot be made or written.
    """
    if wandb_dir.name != "wandb":
        raise ValueError(f"{wandb_dir}: W&B keeps its runs in a folder named wandb")
    check_address()
    wandb_dir.mkdir(parents=True, exist_ok=True)
    if not os.access(wandb_dir, os.W_OK | os.X_OK):
        raise PermissionError(f"{wandb_dir} is not writable")  # W&B itself would go on in a temporary directory
    ours = {"config_hash": config.hash, "setting_hash": config.setting, "started_at": datetime.now(UTC).isoformat()}
    logged = to_json_like(config.logged() | {"orbitsens": {**ours, **code}})
    chosen_id = run_id or new_run_id()
    try:
        run = _open(config, logged, chosen_id, name, mode, wandb_dir)
    except (AuthenticationError, CommError, UsageError) as error:
        problem = first_sentence(error)
        if say is None or mode == "offline" or isinstance(error, AuthenticationError | UsageError):
            raise ConfigError(f"W&B cannot start the run: {problem} (--wandb offline needs no server).") from error
        for started in wandb_dir.glob(f"run-*-{chosen_id}"):
            shutil.rmtree(started)
        chosen_id = new_run_id()  # W&B does not give the id of a run that it could not start
        say(f"W&B's server does not answer ({problem}): run {chosen_id} stays on this machine; {LATER}")
        mode, run = "offline", _open(config, logged, chosen_id, name, "offline", wandb_dir)
    directory = Path(run.settings.sync_dir)
    tracked = TrackedRun(chosen_id, directory, run, mode, hold(directory))
    _use_datasets(tracked, config, say)
    return tracked


def log_rows(run: TrackedRun, rows: Mapping[str, np.ndarray]) -> None:
    """Log history rows; row i holds entry i of every array.

    Args:
        run: an open run.
        rows: history key -> array [n]. `step` is required: the optimiser steps, rising from call to call. The masked
            entries of a masked array are missing from their rows (see `on_steps`); NaN and infinity are logged as such.

    Raises:
        ValueError: no `step`, arrays of different lengths, or a step that does not rise (W&B would drop its row).
        ConfigError: W&B's own process was killed.
    """
    if "step" not in rows:
        raise ValueError("history rows need the key step")
    steps = np.asarray(rows["step"])
    if not np.issubdtype(steps.dtype, np.integer) or steps.ndim != 1:
        raise ValueError(f"step: one whole number per row, got shape {steps.shape} of {steps.dtype}")
    wrong = {key: np.shape(values) for key, values in rows.items() if np.shape(values) != steps.shape}
    if wrong:
        raise ValueError(f"history rows of {steps.size} steps, but {wrong}")
    if steps.size == 0:
        return
    with service():
        lowest = run.wandb_run.step
    if np.any(np.diff(steps) <= 0) or steps[0] < lowest:
        raise ValueError(f"steps must rise; {lowest} is the lowest that {run.run_id} takes, got {steps}")
    columns = {key: np.ma.asarray(values).tolist() for key, values in rows.items()}  # masked entries become None
    with service():
        for i, step in enumerate(columns["step"]):
            row = {key: column[i] for key, column in columns.items() if column[i] is not None}
            # Without commit=True the last row would be written after, and over, the summary.
            run.wandb_run.log(row, step=step, commit=True)


def on_steps(steps: np.ndarray, measured: np.ndarray, values: np.ndarray) -> np.ma.MaskedArray:
    """Spread `values` [m], taken at the steps `measured` [m], over the rows `steps` [n]; all other rows lack them.

    A measured step that is no row is an error (ValueError).
    """
    missing = np.setdiff1d(measured, steps)
    if missing.size:
        raise ValueError(f"measured at steps that are not logged: {missing}")
    column = np.zeros(np.shape(steps), dtype=np.asarray(values).dtype)
    column[np.searchsorted(steps, measured)] = values
    return np.ma.MaskedArray(column, mask=~np.isin(steps, measured))


def finish_run(
    run: TrackedRun,
    summary: Mapping[str, object],
    model_file: Path | None,
    exit_code: int = 0,
    say: Say | None = None,
) -> None:
    """Write summary and model, and close the run.

    Args:
        run: an open run.
        summary: JSON-like values; they are kept exactly, non-finite numbers as strings (see `wandb_values`).
        model_file: the `.eqx` file, or None where there is no model. It is copied into the run's directory and logged
            as an artifact of type "model" named after the run.
        exit_code: 0 for a finished run; 255 says that a person stopped it; others that it failed.
        say: told, with the command that sends it later, when an online run has lost its server.

    Raises:
        TimeoutError: W&B did not bring the run's file to disk.
        ConfigError: W&B's own process was killed.
    """
    with service():
        run.wandb_run.summary.update(to_json_like(summary))
    if model_file is not None:
        kept = run.directory / "files" / f"{run.run_id}.eqx"
        partial = kept.with_suffix(".part")
        shutil.copyfile(model_file, partial)
        partial.replace(kept)
        lost = run.mode == "online" and not server_answers(run.wandb_run.settings.base_url)
        with service():
            _log_model(run, kept, later=lost)
        if lost and say is not None:
            say(
                f"W&B's server does not answer: run {run.run_id} is whole on this machine; "
                f"send it later with `wandb sync --include-online {run.directory}`."
            )
    close_run(run, exit_code)


def _log_model(run: TrackedRun, kept: Path, *, later: bool) -> None:
    """Log the model; `later` notes it in the run's file alone, for `wandb sync` to send."""
    digest = hashlib.sha256(kept.read_bytes()).hexdigest()
    artifact = wandb.Artifact(run.run_id, type="model", metadata={"sha256": digest})
    # "immutable": the artifact refers to the kept file, where W&B would else make a copy elsewhere.
    artifact.add_file(str(kept), name=kept.name, policy="immutable")
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    aliases = ["latest", stamp]
    # log_artifact() would ask the server first, for 19 s, and note nothing; this is what it does in an offline run.
    interface = run.wandb_run._interface if later else None  # noqa: SLF001
    if interface is None:
        run.wandb_run.log_artifact(artifact, aliases=aliases)
    else:
        artifact.finalize()
        interface.publish_artifact(run.wandb_run, artifact, aliases, is_user_created=True)


def close_run(run: TrackedRun, exit_code: int) -> None:
    """Close a run with what has been logged; a run that is closed already stays as it is.

    Raises:
        TimeoutError: W&B did not bring the run's file to disk.
        ConfigError: W&B's own process was killed.
    """
    with service():
        run.wandb_run.finish(exit_code=exit_code)
    # W&B's finish() returns a little before the file is closed: a sync at once would see a run without an end.
    path = run.directory / f"run-{run.run_id}.wandb"
    deadline = time.monotonic() + SECONDS_TO_CLOSE
    while not has_end_record(path):
        if time.monotonic() > deadline:
            raise TimeoutError(f"W&B has not written the end of {path} within {SECONDS_TO_CLOSE} s; is the disk full?")
        time.sleep(0.002)
    run.release()


def _use_datasets(run: TrackedRun, config: RunConfig, say: Say | None) -> None:
    """Mark an online run on the server as using the artifacts that it trains and tests on.

    Offline there is no such mark; that the run's config names them is the same either way.
    """
    for named in (config.data.dataset_file, config.data.test_file):
        if run.mode == "offline" or named is None or not is_artifact(named):
            continue
        try:
            run.wandb_run.use_artifact(parse_artifact(named).path)
        except (*PROBLEMS, ValueError) as error:
            if say is not None:
                say(f"The W&B server does not note that run {run.run_id} uses {named}: {first_sentence(error)}.")


def new_run_id() -> str:
    """Return a random run id in W&B's own form: eight lower-case letters and digits."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))


def _open(
    config: RunConfig, logged: dict[str, object], run_id: str, name: str, mode: Mode, wandb_dir: Path
) -> wandb.Run:
    with service(), one_of_our_own():
        return wandb.init(
            entity=config.wandb.entity,
            project=config.wandb.project,
            group=config.wandb.group,
            tags=config.wandb.tags,
            notes=config.wandb.notes,
            id=run_id,
            name=name,
            config=logged,
            dir=wandb_dir.parent,
            mode=mode,
            reinit="create_new",
            settings=_fast_settings(),
        )


def _fast_settings() -> wandb.Settings:
    # No console capture, machine statistics or code snapshot: 10 ms instead of seconds to open a run.
    return wandb.Settings(
        silent=True,
        console="off",
        disable_code=True,
        disable_git=True,
        finish_timeout=SECONDS_TO_SEND,
        init_timeout=SECONDS_TO_START,
        resume=None,  # whatever the environment says: each run is a new one
        use_dot_wandb=False,
        x_disable_machine_info=True,
        x_disable_meta=True,
        x_disable_stats=True,
        x_save_requirements=False,
    )
