"""A record of W&B under what its names meant: the team's own code changed some, and its model files lack keys."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orbitsens.config.model_settings import model_settings
from orbitsens.config.team_runs import UNDATED_ERROR, headline_key, is_team_run, key_as_meant, run_note
from orbitsens.model_file import check_arrays, doubts, read_model_file
from store.records import ModelFile, RunRecord

_UNDATED = (
    "The run has no date: what it logged as acceleration_error is that, or, before December 2025, the error of the "
    f"whole derivative; it is kept as {UNDATED_ERROR}."
)


def as_meant(record: RunRecord) -> RunRecord:
    """Return a record with its metrics under the names of what they measured, its note, and its model file examined.

    Runs that orbitsens logged, and those of other programs than the team's, keep their names.
    """
    headline = headline_key(record.config, record.created_at)
    logged = {*record.summary, *record.history.column_names}
    names = {key: _free(key_as_meant(key, headline), key, logged) for key in logged}
    undated = headline == UNDATED_ERROR and any(name != key for key, name in names.items())
    model, assumed = _examined(record)
    return replace(
        record,
        notes=run_note(record.notes, record.config),
        reason=" ".join(text for text in (record.reason, _UNDATED if undated else None) if text) or None,
        summary={names[key]: value for key, value in record.summary.items()},
        history=record.history.rename_columns([names[key] for key in record.history.column_names]),
        model=model,
        assumed=assumed,
    )


def _free(name: str, key: str, logged: set[str]) -> str:
    return name if name == key or name not in logged else f"{name} (logged as {key})"


def _examined(record: RunRecord) -> tuple[ModelFile | None, Mapping[str, Any]]:
    """Return a run's model file with what is wrong or doubtful about it, and what the run's model is read with."""
    model, problem = record.model, None
    assumed = _assumed(record)
    if model is None or model.path is None:
        return model, assumed
    try:
        content = read_model_file(model.path)
        settings = model_settings(content.config, record.created_at)
        check_arrays(content.arrays, settings)
        if settings.problem:
            raise ValueError(settings.problem)
        assumed = settings.assumed
        found = doubts(content, settings, model.path)
        if found:
            problem = f"The model file of {model.artifact} is doubtful. {' '.join(found)}"
    except OSError:
        return model, assumed  # the store says why
    except ValueError as error:
        problem = f"The model file of {model.artifact} cannot be used: {error}."
    return replace(model, problem=model.problem or problem), assumed


def _assumed(record: RunRecord) -> Mapping[str, Any]:
    """Return what the team's loader makes of a run's config alone."""
    if not is_team_run(record.config):
        return {}
    try:
        return model_settings(record.config, record.created_at).assumed
    except ValueError:
        return {}
