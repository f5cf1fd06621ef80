"""W&B in, from its server: runs of a project as records for the run store, through wandb's own client."""

import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import wandb
from wandb.apis.public import Run, Runs
from wandb.errors import AuthenticationError, CommError, UsageError

from orbitsens.config import ConfigError
from runner.found import READING, Found
from runner.old_names import renamed_history, renamed_summary
from runner.patience import PROBLEMS, Patience, not_understood
from runner.team_runs import as_meant
from runner.wandb_api_dataset import Datasets, fetch_datasets
from runner.wandb_api_history import api_history
from runner.wandb_api_model import api_model
from runner.wandb_values import REASONS, finished_at, started_at, without_own_keys
from store.canonical import canonical_json, digest
from store.records import RunRecord, State, Unreadable

PER_PAGE = 50
TIMEOUT = 90  # s for one request, with the client's own tries and what a server says in Retry-After
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


class Project(NamedTuple):
    """A project on a W&B server. `files` is a folder for what is fetched of its runs."""

    api: wandb.Api
    entity: str
    name: str
    files: Path
    patience: Patience
    datasets: Datasets

    @property
    def path(self) -> str:
        """Return `entity/project`."""
        return f"{self.entity}/{self.name}"


def connect(entity: str, project: str, files: Path, store: Path, patience: Patience | None = None) -> Project:
    """Connect to the server that `WANDB_BASE_URL`, or wandb's settings, name.

    What is fetched passes through `files`; the team's datasets are kept in `store`.

    Raises:
        ConfigError: not logged in, or the server does not answer.
    """
    try:
        api = wandb.Api(timeout=TIMEOUT)
    except UsageError as error:
        raise ConfigError("W&B needs a key: run `wandb login`, or set WANDB_API_KEY.") from error
    except (AuthenticationError, CommError) as error:
        problem = str(error).strip().splitlines()[0].rstrip(".")
        raise ConfigError(f"W&B does not let you in: {problem}. Check WANDB_BASE_URL and `wandb login`.") from error
    datasets = Datasets(store, files / "datasets", threading.Lock())
    return Project(api, entity, project, files / "models", patience or Patience(), datasets)


def runs_found(
    project: Project,
    groups: Collection[str] | None,
    since: datetime | None,
    on_total: Callable[[int], None] | None = None,
) -> Iterator[Found | Unreadable]:
    """List the runs of a project, page by page; nothing but the pages is asked for.

    A run that cannot be listed is Unreadable.

    Args:
        project: where to look.
        groups: the groups to list; None lists all runs.
        since: only runs started then or later.
        on_total: told how many runs there are.

    Raises:
        ConfigError: there is no such project, no run of a group, or the server does not answer.
    """
    conditions: dict[str, Any] = {} if groups is None else {"group": {"$in": sorted(groups)}}
    if since is not None:
        conditions["created_at"] = {"$gte": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")}
    try:
        for group in groups or ():
            if _count(project, {"group": group}) == 0:
                raise ConfigError(f"There is no run of group '{group}' in {project.path} on the W&B server.")
        if on_total:
            on_total(_count(project, conditions))
        for run in _listed(project, conditions):
            yield run if isinstance(run, Unreadable) else _found(project, run)
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(f"There is no project {project.path} on the W&B server, or you may not see it.") from error
    except PROBLEMS as error:
        raise ConfigError(
            f"The W&B server does not answer ({error}): sync again later, it will go on from here."
        ) from error


def _asked(project: Project, conditions: Mapping[str, Any], per_page: int, *, lazy: bool) -> Runs:
    runs = project.api.runs(project.path, filters=dict(conditions), per_page=per_page, lazy=lazy)
    project.api.flush()  # type: ignore[no-untyped-call]  # else the next call would get these pages again
    return runs


def _count(project: Project, conditions: Mapping[str, Any]) -> int:
    runs = _asked(project, conditions, per_page=1, lazy=True)
    return project.patience.call(lambda: len(runs))


def _listed(project: Project, conditions: Mapping[str, Any]) -> Iterator[Run | Unreadable]:
    """List runs with all that they say of themselves; where a page has one that cannot be read, one by one."""
    runs = _asked(project, conditions, PER_PAGE, lazy=False)
    n = 0
    try:
        for run in _each(project, runs):
            yield run
            n += 1
        return
    except CommError as error:
        if not not_understood(error):
            raise
    runs = _asked(project, conditions, PER_PAGE, lazy=True)
    for run in itertools.islice(_each(project, runs), n, None):
        yield _loaded(project, run)


def _each(project: Project, runs: Runs) -> Iterator[Run]:
    """Go through a listing by index: `next(runs)` would leave out a run after an error."""
    for i in itertools.count():
        try:
            run = project.patience.call(partial(runs.__getitem__, i))
        except IndexError:
            return
        yield run


def _loaded(project: Project, run: Run) -> Run | Unreadable:
    try:
        project.patience.call(run.load_full_data)
    except CommError as error:
        if not not_understood(error):
            raise
        return Unreadable(f"{project.path}/{run.id}", f"The W&B server's record of the run makes no sense: {error}.")
    return run


def _found(project: Project, run: Run) -> Found:
    attributes = {key: value for key, value in run._attrs.items() if key not in ("systemMetrics", "user")}  # noqa: SLF001 - all that the server said
    where = f"{project.api.settings['base_url']}/{project.path}/{run.id}"
    return Found(where, digest(READING, canonical_json(attributes)), partial(_read, project, run))


def _read(project: Project, run: Run) -> list[RunRecord | Unreadable]:
    try:
        artifacts = project.patience.call(lambda: list(run.logged_artifacts()))
        used = project.patience.call(lambda: list(run.used_artifacts()))
        record = _record(project, run, artifacts)
        return [record, *fetch_datasets([*artifacts, *used], project.datasets, project.patience)]
    except PROBLEMS as error:
        reason = f"The W&B server does not give the run out ({error}); the next sync will try again."
    except OSError as error:
        reason = f"What the W&B server gives out cannot be written here: {error.strerror or error}."
    except (ValueError, TypeError) as error:
        reason = f"The W&B server's record of the run makes no sense: {error}."
    return [Unreadable(f"{project.path}/{run.id}", reason)]


def _record(project: Project, run: Run, artifacts: Sequence[wandb.Artifact]) -> RunRecord:
    config, summary = dict(run.config), dict(run.summary_metrics)
    created = started_at(config, _time(run.created_at))
    state, reason = _state(run.state)
    ended = finished_at(created, summary) or _time(getattr(run, "heartbeatAt", None))
    rows = project.patience.call(lambda: list(run.scan_history(use_cache=False))) if run.historyLineCount else []
    folder = project.files / run.id
    found = RunRecord(
        entity=project.entity,
        project=project.name,
        run_id=run.id,
        name=run.name or run.id,
        group=run.group or None,
        state=state,
        reason=reason,
        created_at=created,
        finished_at=None if state == "running" else ended,
        tags=tuple(run.tags or ()),
        notes=run.notes or None,
        url=run.url,
        config=without_own_keys(config),
        summary=renamed_summary(without_own_keys(summary)),
        history=renamed_history(api_history(rows)),
        model=api_model(artifacts, run.id, folder, project.patience),
        source="api",
    )
    return as_meant(found)


def _state(told: str) -> tuple[State, str | None]:
    if told not in STATES:
        return "crashed", f"W&B calls the run '{told}'."
    state = STATES[told]
    return state, REASONS.get(state)


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
