"""The choices that pages share: what was measured, and one of the runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.settings import value_text
from pages.shared.charts.violins import PICK, PICK_UNUSABLE
from pages.shared.controls import NOTHING, choose, put
from pages.shared.data import Measured, metric_choices, unmeasured
from pages.shared.empty import no_metric_stop
from pages.shared.measures import ranked
from pages.shared.runs.names import run_ids as run_ids
from pages.shared.start import View
from pages.shared.study_data import MOST_SETTINGS
from pages.shared.text import axis_title, count, dataset_label, metric, number, plain


def choose_metric(choices: pd.DataFrame) -> str:
    """Choose a metric that some run was measured at, in the order of `ranked`."""
    words = {measured.metric: axis_title(measured.metric) for measured in ranked(choices)}
    tips = "\n\n".join(f"**{plain(metric(name).label)}**: {plain(metric(name).help)}" for name in words)
    return choose("Metric", words, "metric", tip=tips)


def choose_dataset(choices: pd.DataFrame, metric_key: str) -> Measured:
    """Choose the dataset that the metric was measured on, in the order of `ranked`."""
    mine = [measured for measured in ranked(choices) if measured.metric == metric_key]
    found = {dataset_label(measured.dataset, measured.split): measured for measured in mine}
    chosen = choose("Measured on", {name: name for name in found}, "dataset", tip="The orbits of the metric.")
    return found[chosen]


def choose_measured(view: View, columns: Sequence[Any]) -> Measured:
    """Choose a metric and a dataset, each in one of two columns; end the page where nothing was measured."""
    choices = metric_choices(view.catalogue, view.filter)
    if choices.empty:
        no_metric_stop(view.filter, Path(view.catalogue.path), unmeasured(view.catalogue, view.filter))
    with columns[0]:
        metric_key = choose_metric(choices)
    with columns[1]:
        return choose_dataset(choices, metric_key)


def choose_part(runs: pd.DataFrame) -> int:
    """Choose which settings to look at, where they are more than a chart can show; `runs` as of `in_settings`.

    It begins with the part that has the run in the URL.
    """
    places = runs["place"]
    n = int(places.max()) + 1
    if n <= MOST_SETTINGS:
        put("part", NOTHING)
        return 0
    starts = range(0, n, MOST_SETTINGS)
    words = {str(i): f"{start + 1:,} to {min(start + MOST_SETTINGS, n):,} of {n:,}" for i, start in enumerate(starts)}
    wanted = st.query_params.get("run", "")
    of_run = places[(runs["run_id"] == wanted) | (runs["run_key"] == wanted)]
    if "part" not in st.query_params and len(of_run):
        put("part", str(int(of_run.iloc[0]) // MOST_SETTINGS))
    part = int(choose("Settings", words, "part", tip="As many as a chart can show.", resets="run"))
    shown = int((places // MOST_SETTINGS == part).sum())
    st.caption(f"Below are settings {words[str(part)]}: {shown:,} of {count(len(places), 'matched run')}.")
    return part


def choose_run(runs: pd.DataFrame, unit: str, settings: Mapping[str, str]) -> str | None:
    """Choose one run of a study, by menu (or by a click, see `click_to_run`); return its run key.

    `settings`: what settings are called, by their labels.
    """
    names = run_ids(runs)
    many = runs["setting"].nunique() > 1
    words = {NOTHING: "none"}
    for row in runs.to_dict("records"):
        value = number(row["value"], unit) if row["used"] else row["why_not"]
        parts = [f"seed {value_text(row['seed'])}", *([settings[row["setting"]]] if many else []), value, row["run_id"]]
        words[names[row["run_key"]]] = " · ".join(parts)
    chosen = choose("Run", words, "run", tip="Click a point, or choose a run here, to see its curves and parameters.")
    return {name: key for key, name in names.items()}.get(chosen)


def click_to_run(chart_key: str, names: Mapping[str, str]) -> None:
    """Callback of a chart whose points are runs: put the clicked one into the URL; a click beside them clears it."""
    selection = st.session_state[chart_key]["selection"]
    clicked = [names[point["run_key"]] for pick in (PICK, PICK_UNUSABLE) for point in selection.get(pick, [])]
    new = [name for name in clicked if name != st.query_params.get("run")]
    put("run", new[0] if new else NOTHING)
