"""What a run's summary says of its metrics: values with the dataset, split and aggregation they belong to."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from store.canonical import number, whole_number

HEADLINE = "acceleration_error"
POINTWISE = (HEADLINE, "accel_angle_deg", "radial_sign_violation_pct", "accel_dir_flip_pct")
OVER_SAMPLES = "mean over samples"
AS_LOGGED = "as logged"

Row = dict[str, Any]


def metric_rows(run_key: str, summary: Mapping[str, Any], training_dataset: str | None) -> list[Row]:
    """Return the rows of the table `metrics`; a mean, or an orbit, without a number is NULL.

    A run without `evaluations` has its pointwise metrics as plain numbers of the summary: they were measured on the
    training orbits, and how they were aggregated is not known.
    """
    evaluations = _evaluations(summary)
    if evaluations:
        return [row for evaluation in evaluations for row in _evaluated(run_key, evaluation)]
    return [
        _metric_row(run_key, metric, training_dataset, "train", AS_LOGGED, value)
        for metric in POINTWISE
        if (value := number(summary.get(metric))) is not None
    ]


def without_orbits(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary without its lists of values per orbit: their home is the table `metrics`."""
    evaluations = _evaluations(summary)
    if not evaluations:
        return dict(summary)
    slim = [
        {**e, "metrics": {metric: _slim(measured) for metric, measured in e["metrics"].items()}} for e in evaluations
    ]
    return {**summary, "evaluations": slim}


def divergence(summary: Mapping[str, Any]) -> str | None:
    """Say in a sentence which headline metric is not finite; None if all are."""
    for evaluation in _evaluations(summary):
        measured = evaluation["metrics"].get(HEADLINE)
        value = number(measured.get("mean")) if isinstance(measured, Mapping) else None
        if value is not None and not math.isfinite(value):
            return f"{HEADLINE} on {evaluation.get('dataset')} is not a finite number."
    value = number(summary.get(HEADLINE))
    if value is not None and not math.isfinite(value):
        return f"{HEADLINE} is not a finite number at the end of training."
    return None


def unsolved(summary: Mapping[str, Any]) -> str | None:
    """Say in a sentence that the solver gave up on segments during training; None if it did not."""
    n = whole_number(summary.get("solver_gave_up"))
    if not n:
        return None
    return f"The solver gave up on {n} segments during training: too many steps between two samples."


def _evaluations(summary: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a summary's evaluations; of two on the same dataset and split, the later one."""
    listed = summary.get("evaluations")
    return list(
        {
            (evaluation.get("dataset"), _split(evaluation)): evaluation
            for evaluation in (listed if isinstance(listed, list | tuple) else ())
            if isinstance(evaluation, Mapping) and isinstance(evaluation.get("metrics"), Mapping)
        }.values()
    )


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
