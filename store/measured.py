"""What a run's summary says of its metrics: values with the dataset, split and aggregation they belong to."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from orbitsens.config.team_runs import DERIVATIVE_ERROR, UNDATED_ERROR
from store.canonical import number, whole_number

HEADLINE = "acceleration_error"
# What the team's runs had as their headline before December 2025, and what it cannot be told of.
OLD_HEADLINES = (DERIVATIVE_ERROR, UNDATED_ERROR)
POINTWISE = (HEADLINE, *OLD_HEADLINES, "accel_angle_deg", "radial_sign_violation_pct", "accel_dir_flip_pct")
OVER_SAMPLES = "mean over samples"
AS_LOGGED = "as logged"
# What W&B's `define_metric(name, summary=...)` keeps in place of the last value: which of these counts, and its name.
AGGREGATIONS = {
    "last": AS_LOGGED,
    "best": "best over training, as logged",
    "min": "minimum over training, as logged",
    "mean": "mean over training, as logged",
    "max": "maximum over training, as logged",
    "first": "first of training, as logged",
}
NULL = "is null in W&B's summary, as NaN is there"
LOSSES = ("train_loss", "val_loss", "percent_error", "val_percent_error")

Row = dict[str, Any]


def first_place(choices: pd.DataFrame) -> "pd.Series[Any]":
    """Choose where to look at a metric: on test data if there is any, then where most runs were measured, then by name.

    `choices` are rows of `queries.metric_choices` for that metric, at least one.
    """
    ranked = choices.assign(test=choices["split"] == "test").sort_values(
        ["test", "n_runs", "dataset"], ascending=[False, False, True], kind="stable"
    )
    return ranked.iloc[0]


def metric_rows(run_key: str, summary: Mapping[str, Any], training_dataset: str | None) -> list[Row]:
    """Return the rows of the table `metrics`; a mean, or an orbit, without a number is NULL.

    A pointwise metric that no evaluation has is a plain number of the summary: it was measured on the training orbits,
    and how it was aggregated over these is not known. Where `define_metric` had W&B keep its minimum, or the
    like, over training, that is the number, and `aggregation` says so.
    """
    rows = [row for evaluation in _evaluations(summary) for row in _evaluated(run_key, evaluation)]
    evaluated = {row["metric"] for row in rows}
    for metric in (name for name in POINTWISE if name not in evaluated):
        value, aggregation = _logged(summary.get(metric))
        if value is not None:
            rows.append(_metric_row(run_key, metric, training_dataset, "train", aggregation, value))
    return rows


def without_orbits(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary without its lists of values per orbit: their home is the table `metrics`."""
    listed = summary.get("evaluations")
    if not isinstance(listed, list | tuple):
        return dict(summary)
    return {**summary, "evaluations": [_slim_evaluation(entry) for entry in listed]}


def divergence(summary: Mapping[str, Any], history: pa.Table | None = None) -> str | None:
    """Say in a sentence which headline metric is not finite; None if all are.

    W&B keeps null for a NaN that was put into the summary itself. Then the history tells: the run has diverged if the
    metric, or a loss, ended as a number that is not finite.
    """
    evaluations = _evaluations(summary)
    for evaluation in evaluations:
        measured = evaluation["metrics"].get(HEADLINE)
        value = number(measured.get("mean")) if isinstance(measured, Mapping) else None
        if value is not None and not math.isfinite(value):
            return f"{HEADLINE} on {evaluation.get('dataset')} is not a finite number."
    ends = (_end(headline, summary, None if evaluations else history) for headline in (HEADLINE, *OLD_HEADLINES))
    return next((reason for reason in ends if reason), None)


def lost_value(summary: Mapping[str, Any]) -> str | None:
    """Say in a sentence that W&B has lost a headline metric's value; None if it has not."""
    lost = [] if _evaluations(summary) else [name for name in (HEADLINE, *OLD_HEADLINES) if _is_lost(name, summary)]
    return f"{lost[0]} {NULL}: its value is not known." if lost else None


def unsolved(summary: Mapping[str, Any]) -> str | None:
    """Say in a sentence that the solver gave up on segments during training; None if it did not."""
    n = whole_number(summary.get("solver_gave_up"))
    if not n:
        return None
    return f"The solver gave up on {n} segments during training: too many steps between two samples."


def _evaluations(summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a summary's evaluations; of two on the same dataset and split, the later one.

    What another program keeps under this name is not among them, unless it has the same form.
    """
    listed = summary.get("evaluations")
    return list(
        {
            (evaluation.get("dataset"), _split(evaluation)): evaluation
            for evaluation in (listed if isinstance(listed, list | tuple) else ())
            if _is_ours(evaluation)
        }.values()
    )


def _is_ours(evaluation: object) -> bool:
    return (
        isinstance(evaluation, Mapping)
        and isinstance(evaluation.get("metrics"), Mapping)
        and all(isinstance(evaluation.get(key), str | None) for key in ("dataset", "split", "code_version"))
    )


def _logged(value: object) -> tuple[float | None, str]:
    """Return a metric's number in the summary, and what it is of the values over training."""
    if not isinstance(value, Mapping):
        return number(value), AS_LOGGED
    kept = ((number(value.get(name)), aggregation) for name, aggregation in AGGREGATIONS.items())
    return next(((found, aggregation) for found, aggregation in kept if found is not None), (None, AS_LOGGED))


def _end(headline: str, summary: Mapping[str, Any], history: pa.Table | None) -> str | None:
    """Say in a sentence that a plain metric is not finite, or was not at the end of the history; None if it is."""
    value, aggregation = _logged(summary.get(headline))
    if value is not None and not math.isfinite(value):
        return f"{headline} is not a finite number at the end of training."
    if history is None:
        return None
    lost = _is_lost(headline, summary)
    # The best over training says nothing of its end.
    tell_tales = (headline, *LOSSES) if lost else () if aggregation == AS_LOGGED else (headline,)
    key = next((key for key in tell_tales if _ended_not_finite(history, key)), None)
    if key is None:
        return None
    return f"{f'{headline} {NULL}, and ' if lost else ''}{key} is not a finite number at the end of training."


def _is_lost(headline: str, summary: Mapping[str, Any]) -> bool:
    if headline not in summary:
        return False
    value = summary[headline]
    kept = [value[name] for name in AGGREGATIONS if name in value] if isinstance(value, Mapping) else [value]
    return bool(kept) and all(one is None for one in kept)


def _ended_not_finite(history: pa.Table, key: str) -> bool:
    if key not in history.column_names:
        return False
    logged = history[key].drop_null()
    return len(logged) > 0 and not math.isfinite(logged[-1].as_py())


def _slim_evaluation(evaluation: Any) -> Any:
    if not _is_ours(evaluation):
        return evaluation
    return {**evaluation, "metrics": {metric: _slim(measured) for metric, measured in evaluation["metrics"].items()}}


def _slim(measured: object) -> object:
    if not isinstance(measured, Mapping):
        return measured
    return {key: value for key, value in measured.items() if key != "per_orbit"}


def _evaluated(run_key: str, evaluation: Mapping[str, Any]) -> Iterator[Row]:
    for metric, measured in evaluation["metrics"].items():
        if not isinstance(measured, Mapping):
            continue
        mean, orbits = number(measured.get("mean")), measured.get("per_orbit")
        row = _metric_row(run_key, metric, evaluation.get("dataset"), _split(evaluation), OVER_SAMPLES, mean)
        yield row | {
            "n_orbits": whole_number(evaluation.get("n_orbits")),
            "n_failed": whole_number(evaluation.get("n_failed")),
            "code_version": evaluation.get("code_version"),
            "numerics": whole_number(evaluation.get("numerics")),
            "per_orbit": [number(value) for value in orbits] if isinstance(orbits, list | tuple) else None,
        }


def _split(evaluation: Mapping[str, Any]) -> str:
    return str(evaluation.get("split") or "(unset)")


def _metric_row(
    run_key: str, metric: str, dataset: str | None, split: str, aggregation: str, value: float | None
) -> Row:
    return {
        "run_key": run_key,
        "metric": metric,
        "dataset": dataset,
        "split": split,
        "aggregation": aggregation,
        "value": value,
    }
