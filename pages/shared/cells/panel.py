"""What the Architecture and the Segment ratio page say above their charts, and the cell that was clicked below them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.best import Best
from orbitsens.sensitivity.settings import value_text, value_texts
from pages.shared import data
from pages.shared.cells.controls import Choice
from pages.shared.cells.data import DATASET, Panel
from pages.shared.cells.text import answer, beyond, mixed, said, too_many
from pages.shared.cells.words import COSTS, WORK, cell_texts, cells_table
from pages.shared.controls import NOTHING, put
from pages.shared.runs import data as run_data
from pages.shared.runs.panel import show_run
from pages.shared.runs.table import MOST_COMPARED
from pages.shared.selectors import choose_run, run_ids
from pages.shared.start import View
from pages.shared.tables import finite, show_table
from pages.shared.text import dataset_label, plain


def show_answer(panels: Sequence[Panel], how: Choice) -> str:
    """Say what the cells say, or end the page where there is nothing to look at; return the first sentence."""
    if problem := too_many(panels[0].study, how.axes):
        st.info(problem, icon=":material/grid_off:")
        st.stop()
    for warning in (mixed(panels[0].study), beyond(panels[0].study)):
        if warning:
            st.warning(warning, icon=":material/layers:")
    apart = how.axes.panel == DATASET
    told = []
    for panel in panels if apart else panels[:1]:
        dataset = panel.name if apart else dataset_label(how.measured.dataset, how.measured.split)
        told.append(answer(panel.study, how.metric, dataset))
        st.markdown(f"##### {told[-1]}")
        st.markdown("\n".join(f"- {sentence}" for sentence in said(panel.study, how.metric)))
    study = panels[0].study
    if len(study.cells) == 1 and not study.mixed:
        st.info(
            "Nothing but the seeds varies among these runs, so there is one cell only: choose other groups in the "
            "sidebar, or look at these on the Seeding page."
        )
    return told[0]


def show_cell(view: View, panels: Sequence[Panel], how: Choice) -> None:
    """Show the runs of the cell that the URL names, and the one of them that it names."""
    wanted = st.query_params.get("cell", NOTHING)
    panel = next((panel for panel in panels if panel.cells["cell"].eq(wanted).any()), None)
    if panel is None:
        put("cell", NOTHING)
        return
    texts = cell_texts(panel, how.shown, how.metric)
    cell = texts[texts["cell"] == wanted].iloc[0]
    runs = panel.runs[panel.runs["cell"] == wanted].assign(setting=wanted)
    with st.container(border=True, key="cell_panel"):
        st.markdown(f"**{plain(wanted)}**")
        st.caption(plain(cell_line(cell, how)))
        show_table(run_table(runs, how))
        with st.container(horizontal=True):
            _links(view, runs, [name for name in how.axes if name not in ("", DATASET)])
        run_key = choose_run(runs, how.metric.unit, {wanted: wanted})
        if run_key is not None:
            show_run(view.catalogue, run_key, view.setting_parameters())


def cell_line(cell: "pd.Series[Any]", how: Choice) -> str:
    """A cell in one line: the same as its tip."""
    told = {"runs": "told_runs", f"median {how.metric.label}": "told_median", "mean": "told_mean"}
    told |= {"against the best cell": "told_verdict", "weights": "told_weights", COSTS[WORK].label: "told_work"}
    return " · ".join(f"{title}: {cell[name]}" for title, name in told.items() if cell[name])


def _links(view: View, runs: pd.DataFrame, names: Sequence[str]) -> None:
    """To the same runs on other pages."""
    runs = runs.sort_values("used", ascending=False, kind="stable")  # a run that ended early says less
    of_first = data.run(view.catalogue, runs["run_key"].iloc[0]).parameters
    known = {name: of_first.get(name) for name in names}
    if all(value_text(value) == text for value, text in zip(known.values(), runs[names].iloc[0], strict=True)):
        others = tuple(pair for pair in view.filter.parameters if pair[0] not in known)
        which = replace(view.filter, parameters=(*others, *((name, (value,)) for name, value in known.items())))
        label = "These runs on the Runs page"
        st.page_link("pages/runs.py", label=label, icon=":material/table_rows:", query_params=view.link(which))
    if 2 <= len(runs) <= MOST_COMPARED:
        names_in_links = run_ids(run_data.named(view.catalogue, tuple(runs["run_id"])))
        link = view.link(runs=",".join(names_in_links[run_key] for run_key in runs["run_key"]))
        st.page_link("pages/compare.py", label="Compare them", icon=":material/compare_arrows:", query_params=link)


def show_numbers(panels: Sequence[Panel], how: Choice) -> None:
    """All cells as a table, the smallest median first."""
    st.subheader("In numbers")
    show_table(cells_table(panels, how.metric))
    if isinstance(panels[0].study.found, Best):
        st.caption(f"{panels[0].study.found.method}.")


def run_table(runs: pd.DataFrame, how: Choice) -> pd.DataFrame:
    """The runs of a cell as people read them."""
    unit = how.metric.unit
    return pd.DataFrame(
        {
            "seed": value_texts(runs["seed"]),
            f"{how.metric.label} ({unit})" if unit else how.metric.label: finite(runs["value"]),
            "used": [why or "yes" for why in runs["why_not"]],
            f"{COSTS[WORK].label} ({COSTS[WORK].unit})": finite(runs[WORK]),
            "run": runs["run_id"].tolist(),
            "name": runs["name"].tolist(),
            "what the run says": runs["reason"].fillna("").tolist(),
        }
    )
