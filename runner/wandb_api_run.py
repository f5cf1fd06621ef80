"""One run of the W&B server as a record for the run store."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import wandb
from wandb.apis.public import Run

from runner.old_names import renamed_history, renamed_summary
from runner.patience import PROBLEMS, is_refusal, may_pass
from runner.server import first_sentence, without_password
from runner.team_runs import as_meant
from runner.wandb_api_dataset import fetch_datasets
from runner.wandb_api_history import api_history
from runner.wandb_api_model import api_model
from runner.wandb_api_project import Project
from runner.wandb_values import PREEMPTED, REASONS, finished_at, readable, started_at, without_own_keys
from store.fence import CONTENT_ERRORS
from store.records import ModelFile, RunRecord, State, Unreadable, group_name

USED = "used artifacts"
STATES: Mapping[str, State] = {
    "finished": "finished",
    "running": "running",
    "pending": "running",
    "preempting": "running",
    "preempted": "killed",
    "killed": "killed",
    "failed": "failed",
    "crashed": "crashed",
}


def read_run(project: Project, run: Run) -> list[RunRecord | Unreadable]:
    """Fetch a run with its history and model, and the team's datasets that it names; one that fails is Unreadable."""
    try:
        artifacts = _logged_artifacts(project, run)
        record = _record(project, run, artifacts)
        used = _used_artifacts(project, run)
        return [record, *fetch_datasets([*(artifacts or ()), *used], project.datasets, project.patience)]
    except PROBLEMS as error:
        reason = f"The W&B server does not give the run out ({first_sentence(error)}); the next sync will try again."
    except OSError as error:
        reason = f"What the W&B server gives out cannot be written here: {error.strerror or error}."
    except CONTENT_ERRORS as error:
        reason = makes_no_sense(error)
    return [Unreadable(f"{project.path}/{run.id}", reason)]


def makes_no_sense(error: BaseException) -> str:
    """Say in a sentence that what the server gives out of a run cannot be read."""
    return f"The W&B server's record of the run makes no sense ({type(error).__name__}: {first_sentence(error)})."


def _logged_artifacts(project: Project, run: Run) -> Sequence[wandb.Artifact] | None:
    """Return the artifacts that a run logged; None where the server has no answer to that."""
    try:
        return project.patience.call(lambda: list(run.logged_artifacts()))
    except PROBLEMS as error:
        if may_pass(error):
            raise
        project.say(f"The W&B server does not list the artifacts of runs ({first_sentence(error)}): no models.")
        return None


def _used_artifacts(project: Project, run: Run) -> Sequence[wandb.Artifact]:
    if USED in project.lacking:
        return ()
    try:
        return project.patience.call(lambda: list(run.used_artifacts()))
    except PROBLEMS as error:
        if not is_refusal(error):
            raise
        project.lacking.add(USED)
        project.say(
            f"The W&B server does not list what runs used ({first_sentence(error)}): the datasets that they trained on "
            "are not fetched."
        )
        return ()


def _record(project: Project, run: Run, artifacts: Sequence[wandb.Artifact] | None) -> RunRecord:
    config, summary = readable(dict(run.config)), readable(dict(run.summary_metrics))
    created = started_at(config, _time(run.created_at))
    state, reason = _state(run.state)
    ended = finished_at(created, summary) or _time(getattr(run, "heartbeatAt", None))
    rows = project.patience.call(lambda: list(run.scan_history(use_cache=False))) if run.historyLineCount else []
    folder = project.files / run.id
    found = RunRecord(
        entity=project.entity,
        project=project.name,
        run_id=run.id,
        name=readable(run.name or run.id),
        group=group_name(readable(run.group), run.sweep_name),
        state=state,
        reason=reason,
        created_at=created,
        finished_at=None if state == "running" else ended,
        tags=tuple(readable(tag) for tag in run.tags or ()),
        notes=readable(run.notes) or None,
        url=without_password(run.url),
        config=without_own_keys(config),
        summary=renamed_summary(without_own_keys(summary)),
        history=renamed_history(api_history(rows)),
        model=ModelFile(None, run.id, "The W&B server does not list the run's artifacts.")
        if artifacts is None
        else api_model(artifacts, run.id, folder, project.patience),
        source="api",
        sweep_id=run.sweep_name,
    )
    return as_meant(found)


def _state(told: str) -> tuple[State, str | None]:
    if told not in STATES:
        return "crashed", f"W&B calls the run '{told}'."
    state = STATES[told]
    return state, PREEMPTED if told == "preempted" else REASONS.get(state)


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # not a time
        return None
