"""The cells of the Architecture and the Segment ratio page: which axes there are, and what lies in each cell."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.cell_study import CellStudy, cell_study
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.settings import ONE_SETTING
from orbitsens.sensitivity.training_cost import COST, NEEDED, training_gflop
from pages.shared.data import Catalogue, Measured, in_turn, large, reading, varying_parameters
from pages.shared.start import View
from pages.shared.text import dataset_label
from store import queries
from store.filters import RunFilter

_cached = st.cache_data(show_spinner=False, max_entries=32)
DATASET = "measured_on"  # panels by what the metric was measured on


class Axes(NamedTuple):
    """Parameters across, up (or a line for each) and in panels; "" for none, and `DATASET` for a panel of each."""

    x: str
    y: str
    panel: str


class Panel(NamedTuple):
    """One map or one chart of lines: its cells and runs have columns `x` and `y` (texts), `study` is theirs."""

    name: str
    study: CellStudy
    cells: pd.DataFrame
    runs: pd.DataFrame


@_cached
def varying_counts(of: Catalogue, which: RunFilter) -> list[str]:
    """Name the counts, such as the number of training orbits, that differ between some runs."""
    with reading(of) as con:
        return queries.varying_counts(con, which)


def varying(view: View) -> list[str]:
    """Name what can be on an axis: the parameters and the counts that differ."""
    return [*view.setting_parameters(), *varying_counts(view.catalogue, view.filter)]


@large
@in_turn
def study(
    of: Catalogue, which: RunFilter, measured: Measured, axes: tuple[str, ...], but: tuple[str, ...]
) -> CellStudy:
    """Study the cells that some parameters make of some runs: every run, whatever its state."""
    differ = varying_parameters(of, which, but)
    ignored = [name for name in varying_parameters(of, which, ()) if name in but]
    place = [(measured.dataset, measured.split)]
    with reading(of) as con:
        runs = queries.cell_runs(con, which, measured.metric, place, [*axes, *differ, *ignored, *NEEDED])
    return cell_study(runs.assign(**{COST: training_gflop(runs)}), axes, differ, but)


def panels(view: View, axes: Axes, measured: Measured, others: Sequence[Measured]) -> list[Panel]:
    """Return one panel, or one for each value of the panels' parameter; `others`: where else it was measured."""
    if axes.panel == DATASET:
        places = [measured, *(other for other in others if other != measured)]
        return [panel for place in places for panel in _of_dataset(view, axes, place)]
    names = tuple(dict.fromkeys(name for name in axes if name))
    found = study(view.catalogue, view.filter, measured, names, view.but)
    if not axes.panel:
        return [_panel("", found, axes, found.cells, found.runs)]
    cells, runs = (dict(list(rows.groupby(axes.panel, sort=False))) for rows in (found.cells, found.runs))
    name = label(axes.panel)
    return [_panel(f"{name} {level}", found, axes, cells[level], runs[level]) for level in found.levels[axes.panel]]


def export_table(panels: Sequence[Panel], measured: Measured, unit: str) -> pd.DataFrame:
    """Every matched run with its cell, and the numbers of that cell: what the CSV has."""
    parts = []
    for panel in panels:
        names = ["cell", "median", "q1", "q3", "mean", "low", "high", "n", "best", "candidate"]
        of_cell = panel.cells[names].rename(columns={name: f"cell_{name}" for name in names[1:]})
        runs = panel.runs.drop(columns=["x", "y", "name", "reason", "created_at"]).merge(of_cell, on="cell", how="left")
        parts.append(runs.assign(metric=measured.metric, unit=unit, panel=panel.name))
    first = ["run_id", "run_key", "cell", "panel", "metric", "unit", "measured_on", "split", "value", "used", "why_not"]
    table = pd.concat(parts, ignore_index=True)
    return table[[*first, *(name for name in table.columns if name not in first)]]


def _of_dataset(view: View, axes: Axes, place: Measured) -> list[Panel]:
    names = tuple(dict.fromkeys(name for name in axes[:2] if name))
    found = study(view.catalogue, view.filter, place, names, view.but)
    label = dataset_label(place.dataset, place.split)
    cells, runs = (rows.assign(cell=label + " · " + rows["cell"]) for rows in (found.cells, found.runs))
    return [_panel(label, found, axes, cells, runs)]


def _panel(name: str, found: CellStudy, axes: Axes, cells: pd.DataFrame, runs: pd.DataFrame) -> Panel:
    cells, runs = (
        rows.assign(x=rows[axes.x], y=rows[axes.y] if axes.y else ONE_SETTING).reset_index(drop=True)
        for rows in (cells, runs)
    )
    return Panel(name, found, cells, runs)
