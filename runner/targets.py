"""The models of the store that a command is about, found by run or group, and loaded."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from orbitsens.config import ConfigError, closest
from orbitsens.model import LoadedModel, load_model
from store.connect import StoreError, read_catalogue
from store.evaluations import stored_models
from store.filters import group_text
from store.models import FOLDER as MODELS


class Target(NamedTuple):
    """A run whose model is to be evaluated; `model_file` is its path.

    `created_at` and `assumed` are what a model file of the team is read with beside its own first line.
    """

    run_key: str
    run_id: str
    model_file: Path
    model_sha256: str
    created_at: datetime | None = None
    assumed: Mapping[str, Any] | None = None


def find_runs(store: Path, names: Sequence[str]) -> list[Target]:
    """Find runs by id, or by key (entity/project/id) where two projects share an id.

    Raises:
        StoreError: there is no such run, several have the id, or its model file is not there.
    """
    with read_catalogue(store) as con:
        runs = stored_models(con)
    found = []
    for name in dict.fromkeys(names):
        rows = runs[(runs["run_id"] == name) | (runs["run_key"] == name)]
        if rows.empty:
            raise StoreError(f"There is no run {name} in {store}{closest(name, runs['run_id'])}.")
        if len(rows) > 1:
            raise StoreError(f"Several runs are called {name}: write one of {', '.join(rows['run_key'])}.")
        found.append(_target(store, rows.iloc[0]))
    return found


def find_group(store: Path, group: str, on_problem: Callable[[str], None]) -> list[Target]:
    """Find the runs of a group that have a model file; `on_problem` is told, in a sentence, of each that has none.

    Raises:
        StoreError: there is no such group.
    """
    with read_catalogue(store) as con:
        runs = stored_models(con)
    found = []
    names = runs["group"].map(group_text)
    if group not in set(names):
        raise StoreError(f"There is no group {group} in {store}{closest(group, set(names))}.")
    for _, row in runs[names == group].iterrows():
        try:
            found.append(_target(store, row))
        except StoreError as error:
            on_problem(str(error))
    return found


def _target(store: Path, row: pd.Series) -> Target:
    if not isinstance(row["model_file"], str):
        why = row["model_problem"] if isinstance(row["model_problem"], str) else f"It is {row['state']}."
        raise StoreError(f"Run {row['run_id']} has no model to evaluate: {why}")
    path = store / MODELS / row["model_file"]
    if not path.exists():
        raise StoreError(f"The model file of run {row['run_id']}, {path}, is missing: sync the run's group again.")
    created = None if pd.isna(row["created_at"]) else row["created_at"].to_pydatetime()
    assumed = json.loads(row["assumed"]) if isinstance(row["assumed"], str) else None
    return Target(row["run_key"], row["run_id"], path, row["model_sha256"], created, assumed)


def load(target: Target) -> LoadedModel:
    """Load a run's model.

    Raises:
        StoreError: the file is damaged or no model; the message says which.
    """
    try:
        if hashlib.sha256(target.model_file.read_bytes()).hexdigest() != target.model_sha256:
            raise StoreError(
                f"The model file of run {target.run_id}, {target.model_file}, is corrupt: it is not the file that was "
                "synced; sync the run's group again."
            )
        return load_model(target.model_file, target.created_at, target.assumed)
    except ValueError as error:
        raise StoreError(f"The model of run {target.run_id} cannot be read: {error}.") from error


def refuse_nothing(targets: Sequence[Target]) -> None:
    """Refuse to evaluate no run at all.

    Raises:
        ConfigError: there is none.
    """
    if not targets:
        raise ConfigError("Name at least one run id, or --group G with --missing.")
