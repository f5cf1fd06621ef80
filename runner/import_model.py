"""Bringing a team's `.eqx` file into the store: rebuilt, measured, and kept like any other run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from orbitsens.config import ConfigError, read_logged
from orbitsens.config.data import Data
from orbitsens.config.sweepfile import Wandb
from orbitsens.datasets import Dataset, test_dataset, training_dataset
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.model import LoadedModel, load_model, n_parameters
from orbitsens.version import __version__
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
    measured on all orbits of its training dataset and on its test dataset, as far as its config names them.

    Raises:
        ConfigError: the file cannot be read, or the store has a run of this id with a history, which would be lost.
    """
    try:
        loaded = load_model(file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot read this model file: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{str(error).rstrip('.')}.") from error
    record = _record(file, group, run_id, loaded)
    _refuse_to_replace(store, f"{record.entity}/{record.project}/{run_id}")
    return record, publish(store, [record], source="import", on_wait=on_wait)


def _record(file: Path, group: str, run_id: str, loaded: LoadedModel) -> RunRecord:
    measurements = _measured(loaded)
    section = loaded.config.get("wandb")
    said: Mapping[str, Any] = section if isinstance(section, Mapping) else {}
    defaults = Wandb.model_validate({"group": group})
    return RunRecord(
        entity=str(said.get("entity") or defaults.entity),
        project=str(said.get("project") or defaults.project),
        run_id=run_id,
        name=run_id,
        group=group,
        state="finished",
        reason=None if measurements else "The model's config names no dataset to measure it on.",
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


def _measured(loaded: LoadedModel) -> list[Measurement]:
    found = []
    for split, dataset in _datasets(loaded.config):
        (evaluation,) = evaluate_pointwise([loaded.model], dataset, loaded.units)
        found.append(Measurement(dataset.name, split, evaluation))
    return found


def _datasets(config: Mapping[str, Any]) -> list[tuple[str, Dataset]]:
    known = read_logged(config).known
    try:
        data = Data.model_validate({key: value for key, value in known.items() if key in Data.model_fields})
        test = test_dataset(data)
        return [("train", training_dataset(data)), *([("test", test)] if test is not None else [])]
    except ValueError:  # no dataset is named, or one that is not to be had here
        return []


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
