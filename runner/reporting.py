"""The sensitivity report of a group in the run store."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from orbitsens.sensitivity.analysis import Analysis, analyse, with_sobol
from orbitsens.sensitivity.report import csv, markdown
from orbitsens.sensitivity.wording import Metric
from store import queries
from store.connect import StoreError, read_catalogue
from store.filters import of_group

METRICS = {
    "acceleration_error": Metric("acceleration error", "%"),
    "accel_angle_deg": Metric("acceleration angle", "deg"),
    "radial_sign_violation_pct": Metric("outward accelerations", "%"),
    "accel_dir_flip_pct": Metric("direction flips", "%"),
}


class GroupAnswer(NamedTuple):
    """The analysis of a group, the metric in words, and the orbits that it was measured on."""

    answer: Analysis
    words: Metric
    place: str


def group_report(store: Path, group: str, metric: str, dataset: str | None) -> tuple[str, str]:
    """The Markdown and the CSV of `group_answer`, Sobol indices included."""
    return written(group_answer(store, group, metric, dataset), group)


def written(found: GroupAnswer, group: str) -> tuple[str, str]:
    """An answer as Markdown and CSV, Sobol indices included."""
    answer = with_sobol(found.answer)
    return markdown(answer, f"Sensitivity of {group}", found.words, found.place), csv(answer)


def group_answer(store: Path, group: str, metric: str, dataset: str | None) -> GroupAnswer:
    """Analyse a group.

    Without `dataset` the metric is that of the test set (else any set) on which most runs were measured.

    Raises:
        StoreError: no such group, or the metric was not measured there.
    """
    with read_catalogue(store) as con:
        choices = queries.metric_choices(con, of_group(group))
        chosen = _choose(choices, group, metric, dataset)
        table = queries.run_metric(con, of_group(group), metric, chosen["dataset"], chosen["split"])
        varying = queries.varying_parameters(con, of_group(group))
        orbits = queries.orbit_values(con, of_group(group), metric, chosen["dataset"], chosen["split"])
    name, split = str(chosen["dataset"] or "(unset)"), str(chosen["split"])
    place = name if name.endswith(f"_{split}") else f"{name} ({split})"
    return GroupAnswer(analyse(table, varying, orbits=orbits), METRICS.get(metric, Metric(metric, "")), place)


def _choose(choices: pd.DataFrame, group: str, metric: str, dataset: str | None) -> "pd.Series[str]":
    if choices.empty:
        raise StoreError(f"The run store has no measured run in group '{group}'; sync it, or correct the name.")
    fitting = choices[choices["metric"] == metric]
    if fitting.empty:
        raise StoreError(
            f"No run of '{group}' has the metric '{metric}'; measured are {', '.join(choices['metric'].unique())}."
        )
    if dataset is not None:
        fitting = fitting[fitting["dataset"] == dataset]
        if fitting.empty:
            raise StoreError(f"No run of '{group}' was measured on '{dataset}'; leave --dataset out for the test set.")
    ranked = fitting.assign(test=fitting["split"] == "test").sort_values(
        ["test", "n_runs", "dataset"], ascending=[False, False, True], kind="stable"
    )
    return ranked.iloc[0]
