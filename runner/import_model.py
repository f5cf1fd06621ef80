"""Bringing a team's `.eqx` file into the store: rebuilt, measured, and kept like any other run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from orbitsens.config import ConfigError, Data, Fetch, read_logged
from orbitsens.config.fields import checked
from orbitsens.config.sweepfile import Wandb
from orbitsens.datasets import test_dataset, training_dataset
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.model import LoadedModel, load_model, n_parameters
from orbitsens.version import __version__
from runner.dataset_artifacts import dataset_fetcher
from runner.history import Measurement, logged_evaluation
from store import queries
from store.connect import StoreError, read_catalogue, store_version
from store.publish import SyncReport, publish
from store.records import ModelFile, RunRecord


def import_model(
    file: Path, group: str, run_id: str, store: Path, *, on_wait: Callable[[str], None]
) -> tuple[RunRecord, SyncReport]:
    """Rebuild the model of a file from its first line and its leaves, measure it, and publish it as a run.

    A key that the file's config lacks has the note's value in the model, and stays unset in the store. The model is
    measured on all orbits of its training dataset and on its test dataset, as far as its config names them. Otherwise
    the run's reason says why it was not measured.

    Raises:
        ConfigError: the file cannot be read, or the store has a run of this id with a history, which would be lost.
    """
    try:
        loaded = load_model(file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot read this model file: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{str(error).rstrip('.')}.") from error
    record = _record(file, group, run_id, loaded, dataset_fetcher(store, on_wait))
    _refuse_to_replace(store, f"{record.entity}/{record.project}/{run_id}")
    return record, publish(store, [record], source="import", on_wait=on_wait)


def _record(file: Path, group: str, run_id: str, loaded: LoadedModel, fetch: Fetch) -> RunRecord:
    section = loaded.config.get("wandb")
    said: Mapping[str, Any] = section if isinstance(section, Mapping) else {}
    named = {key: str(said[key]) for key in ("entity", "project") if said.get(key)}
    wandb = Wandb.model_validate({"group": group, **named})
    measurements, reason = _measured(loaded, lambda data: fetch(data, wandb))
    return RunRecord(
        entity=wandb.entity,
        project=wandb.project,
        run_id=run_id,
        name=run_id,
        group=group,
        state="finished",
        reason=reason,
        created_at=None,
        finished_at=None,
        tags=("imported",),
        notes=None,
        url=None,
        config=loaded.config,
        summary={
            "n_parameters": n_parameters(loaded.model),
            "evaluations": [logged_evaluation(measurement) for measurement in measurements],
            "imported_by": __version__,
        },
        history=pa.table({"step": pa.array([], pa.int64())}),
        model=ModelFile(file, run_id),
        source="local",
    )


def _measured(loaded: LoadedModel, fetch: Callable[[Data], Data]) -> tuple[list[Measurement], str | None]:
    """Measure a model on its training and its test orbits; where that cannot be, say in a sentence why."""
    known = read_logged(loaded.config).known
    if known.get("dataset_name") is None:
        return [], "The model's config names no dataset to measure it on."
    try:
        data = fetch(checked(Data, "data", {key: known[key] for key in Data.model_fields if key in known}))
        test = test_dataset(data)
        parts = [("train", training_dataset(data)), *([("test", test)] if test is not None else [])]
    except ConfigError as error:
        return [], f"The model was not measured, for its datasets are not to be had: {error}"
    found = []
    for split, dataset in parts:
        (evaluation,) = evaluate_pointwise([loaded.model], dataset, loaded.units)
        found.append(Measurement(dataset.name, split, evaluation))
    return found, None


def _refuse_to_replace(store: Path, run_key: str) -> None:
    if store_version(store) is None:
        return
    with read_catalogue(store) as con:
        try:
            stored = queries.run(con, run_key)
        except StoreError:
            return
    if stored.n_history_rows:
        raise ConfigError(
            f"--run-id: the store has the run {run_key} with its history, which an import would replace; choose "
            "another id."
        )
