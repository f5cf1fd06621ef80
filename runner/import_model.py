"""Bringing a team's `.eqx` file into the store: rebuilt, measured, and kept like any other run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from orbitsens.config import ConfigError, Data, Fetch, read_logged
from orbitsens.config.fields import checked
from orbitsens.config.model_settings import MODEL_KEYS, model_settings
from orbitsens.config.sweepfile import Wandb
from orbitsens.config.team_runs import is_own, run_note
from orbitsens.config.yaml_text import parse_yaml
from orbitsens.datasets import test_dataset, training_dataset
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.model import LoadedModel, load_model, n_parameters
from orbitsens.model_file import doubts, read_model_file
from orbitsens.version import __version__
from runner.dataset_artifacts import dataset_fetcher
from runner.history import Measurement, logged_evaluation
from store import queries
from store.connect import StoreError, read_catalogue, store_version
from store.publish import SyncReport, publish
from store.records import ModelFile, RunRecord

# Of a model file's first line: what describes the file, and a history. They stay in the file alone.
_OF_THE_FILE = ("fitted", "sha256", "input_shape", "training_metadata")


def import_model(
    file: Path,
    group: str,
    run_id: str,
    store: Path,
    *,
    on_wait: Callable[[str], None],
    when: datetime | None = None,
    given: Mapping[str, Any] | None = None,
) -> tuple[RunRecord, SyncReport]:
    """Rebuild the model of a file from its first line and its leaves, measure it, and publish it as a run.

    A key that a file of the team lacks has in the model what the team's loader takes for it, or what is `given`; it
    stays unset in the store, where the run's `assumed` says so. The model is measured on all orbits of its training
    dataset and on its test dataset, as far as its config names them. The run's reason says why it was not measured,
    and what is doubtful about the file.

    Args:
        file: one line of JSON, then Equinox leaves.
        group: the group that the run is put into.
        run_id: the run's id.
        store: the run store.
        on_wait: told for whom this import waits, if a sync is writing.
        when: when the model was trained; some of the team's names changed their meaning.
        given: values for keys that the file does not say, or names for what it says by a name with several meanings.

    Raises:
        ConfigError: the file cannot be read, or the store has a run of this id with a history, which would be lost.
    """
    try:
        loaded = load_model(file, when, given)
        content = read_model_file(file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot read this model file: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{str(error).rstrip('.')}.") from error
    settings = model_settings(content.config, when, given)
    record = _record(file, group, run_id, loaded, dataset_fetcher(store, on_wait))
    found = doubts(content, settings, file)
    doubtful = f"The model file {file.name} is doubtful. {' '.join(found)}" if found else None
    record = replace(
        record,
        reason=" ".join(text for text in (doubtful, record.reason) if text) or None,
        notes=run_note(None, record.config),
        created_at=when,
        assumed=settings.assumed,
    )
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
        config=_config(loaded.config),
        summary={
            "n_parameters": n_parameters(loaded.model),
            "evaluations": [logged_evaluation(measurement) for measurement in measurements],
            "imported_by": __version__,
        },
        history=pa.table({"step": pa.array([], pa.int64())}),
        model=ModelFile(file, run_id),
        source="local",
    )


def _config(first_line: Mapping[str, Any]) -> dict[str, Any]:
    """The config of an imported run: what tells orbitsens' own file from one of the team stays on record."""
    config = {key: value for key, value in first_line.items() if key not in _OF_THE_FILE}
    return {"orbitsens": {"imported_by": __version__}, **config} if is_own(first_line) else config


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


def given_values(texts: Sequence[str]) -> dict[str, Any]:
    """Read `key=value` texts, the value in YAML, for the keys that a model is made of.

    Raises:
        ConfigError: a text has no value, or names another key.
    """
    given = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or key.strip() not in MODEL_KEYS:
            raise ConfigError(f"--set {text}: write key=value with one of {', '.join(MODEL_KEYS)}.")
        given[key.strip()] = parse_yaml(value, f"--set {text}")
    return given
