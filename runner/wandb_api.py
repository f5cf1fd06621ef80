"""W&B in, from its server: the runs of a project, listed page by page."""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from wandb.apis.public import Run, Runs
from wandb.errors import CommError

from orbitsens.config import ConfigError
from runner.found import READING, Found
from runner.patience import PROBLEMS, not_understood
from runner.server import first_sentence, without_password
from runner.wandb_api_project import Project, connect as connect
from runner.wandb_api_run import makes_no_sense, read_run
from store.canonical import canonical_json, digest
from store.fence import CONTENT_ERRORS
from store.filters import NO_GROUP
from store.records import SWEEP, Unreadable

PER_PAGE = 50


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
    conditions: dict[str, Any] = {} if groups is None else _in_groups(groups)
    if since is not None:
        conditions["created_at"] = {"$gte": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")}
    try:
        for group in groups or ():
            if _count(project, _in_groups([group])) == 0:
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
            f"The W&B server does not answer ({first_sentence(error)}): sync again later, it will continue from here."
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
        return Unreadable(f"{project.path}/{run.id}", makes_no_sense(error))
    return run


def _found(project: Project, run: Run) -> Found | Unreadable:
    try:
        attributes = {key: value for key, value in run._attrs.items() if key not in ("systemMetrics", "user")}  # noqa: SLF001 - all that the server said
        mark = digest(READING, canonical_json(attributes))
    except CONTENT_ERRORS as error:
        return Unreadable(f"{project.path}/{run.id}", makes_no_sense(error))
    where = f"{without_password(project.api.settings['base_url'])}/{project.path}/{run.id}"
    return Found(where, mark, partial(read_run, project, run))


def _in_groups(groups: Collection[str]) -> dict[str, Any]:
    """The condition for runs of some groups.

    Among these "sweep <id>" stands for a W&B sweep's runs without one, and "(no group)" for all others without one.
    """
    sweeps = sorted(name.removeprefix(SWEEP) for name in groups if name.startswith(SWEEP))
    named = sorted(set(groups) - {NO_GROUP})
    conditions: list[dict[str, Any]] = [{"group": {"$in": named}}] if named else []
    conditions += [{"sweep": {"$in": sweeps}, "group": None}] if sweeps else []
    conditions += [{"sweep": None, "group": None}] if NO_GROUP in groups else []
    return {"$or": conditions} if len(conditions) > 1 else conditions[0]
