"""The sensitivity report of a group in the run store."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from orbitsens.sensitivity.analysis import MOST_BY_ORBIT, Analysis, analyse, with_others, with_sobol
from orbitsens.sensitivity.labels import dataset_label, dataset_text
from orbitsens.sensitivity.linear_maps import linear_remark
from orbitsens.sensitivity.report import csv, markdown
from orbitsens.sensitivity.wording import Metric
from store import queries
from store.connect import Connection, StoreError, read_catalogue
from store.export import no_such_group
from store.filters import group_text, of_group
from store.measured import AS_LOGGED, OVER_SAMPLES, first_place

METRICS = {
    "acceleration_error": Metric("acceleration error", "%"),
    "accel_angle_deg": Metric("acceleration angle", "deg"),
    "radial_sign_violation_pct": Metric("outward accelerations", "%"),
    "accel_dir_flip_pct": Metric("direction flips", "%"),
}


class GroupAnswer(NamedTuple):
    """The analysis of a group, the metric in words, the orbits that it was measured on, and a remark on the best."""

    answer: Analysis
    words: Metric
    place: str
    remark: str = ""


def group_report(store: Path, group: str | None, metric: str, dataset: str | None) -> tuple[str, str]:
    """The Markdown and the CSV of `group_answer`, Sobol indices included."""
    return written(group_answer(store, group, metric, dataset), group)


def written(found: GroupAnswer, group: str | None) -> tuple[str, str]:
    """An answer as Markdown and CSV, Sobol indices included."""
    answer = with_sobol(found.answer)
    return markdown(answer, f"Sensitivity of {group_text(group)}", found.words, found.place, found.remark), csv(answer)


def group_answer(store: Path, group: str | None, metric: str, dataset: str | None) -> GroupAnswer:
    """Analyse a group; None: the runs without one.

    Without `dataset` the metric is that of the test set (else any set) on which most runs were measured; "(unset)" is
    the metric of the runs that do not say where they were measured.

    Raises:
        StoreError: no such group, or the metric was not measured there.
    """
    with read_catalogue(store) as con:
        if queries.count_matching(con, of_group(group)) == 0:
            raise StoreError(f"{no_such_group(con, group)} Sync it, or correct the name.")
        choices = queries.metric_choices(con, of_group(group))
        if choices.empty:
            raise StoreError(_nothing_measured(con, group))
        chosen = _choose(choices, group, metric, dataset)
        table = queries.run_metric(con, of_group(group), metric, chosen["dataset"], chosen["split"])
        varying = queries.varying_parameters(con, of_group(group))
        orbits, others = None, {}
        if len(table) <= MOST_BY_ORBIT:
            orbits = queries.orbit_values(con, of_group(group), metric, chosen["dataset"], chosen["split"])
            others = {
                (row["metric"], dataset_label(row["dataset"], row["split"])): queries.run_metric(
                    con, of_group(group), row["metric"], row["dataset"], row["split"]
                )
                for row in choices[choices["split"] == chosen["split"]].to_dict("records")
            }
    place = dataset_label(chosen["dataset"], chosen["split"])
    answer = with_others(analyse(table, varying, orbits=orbits), (metric, place), others, varying)
    kinds = sorted({kind for kind in table["aggregation"].dropna() if kind not in (AS_LOGGED, OVER_SAMPLES)})
    words = METRICS.get(metric, Metric(metric, ""))
    return GroupAnswer(answer, words, ", ".join([place, *kinds]), linear_remark(answer, table, words))


def _nothing_measured(con: Connection, group: str | None) -> str:
    found = queries.unmeasured(con, of_group(group))
    running = f" {found.n_running} of them are still running: sync again when they are finished." * bool(
        found.n_running
    )
    return f"Group '{group_text(group)}' has nothing to report. {queries.unmeasured_sentence(found)}{running}"


def _choose(choices: pd.DataFrame, group: str | None, metric: str, dataset: str | None) -> "pd.Series[str]":
    fitting = choices[choices["metric"] == metric]
    if fitting.empty:
        raise StoreError(
            f"No run of '{group_text(group)}' has the metric '{metric}'; measured are "
            f"{', '.join(choices['metric'].unique())}."
        )
    if dataset is not None:
        fitting = fitting[fitting["dataset"].map(dataset_text) == dataset]
        if fitting.empty:
            raise StoreError(
                f"No run of '{group_text(group)}' was measured on '{dataset}'; leave --dataset out for the test set."
            )
    return first_place(fitting)
