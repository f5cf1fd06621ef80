"""What the Architecture and the Segment ratio page say above their charts, and the cell that was clicked below them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.settings import value_texts
from pages.shared.cell_controls import Choice
from pages.shared.cell_data import DATASET, Panel
from pages.shared.cell_text import answer, mixed, said, too_many
from pages.shared.cell_words import SECONDS, cell_texts
from pages.shared.controls import NOTHING, put
from pages.shared.run_panel import show_run
from pages.shared.selectors import choose_run
from pages.shared.start import View
from pages.shared.text import dataset_label, number, plain


def show_answer(panels: Sequence[Panel], how: Choice) -> str:
    """Say what the cells say, or end the page where there is nothing to look at; return the first sentence."""
    if problem := too_many(panels[0].study, how.axes):
        st.info(problem, icon=":material/grid_off:")
        st.stop()
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
    if warning := mixed(study):
        st.warning(warning, icon=":material/layers:")
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
        parts = [
            f"{cell['told_runs']}",
            f"median {cell['told_median'] or 'unknown'}",
            f"mean {cell['told_mean']}",
            f"against the best cell: {cell['told_verdict']}",
            f"{cell['told_weights']} weights",
            f"trained in {cell['told_seconds']}",
        ]
        st.caption(plain(" · ".join(parts)))
        st.dataframe(run_table(runs, how), hide_index=True)
        run_key = choose_run(runs, how.metric.unit)
        if run_key is not None:
            show_run(view.catalogue, run_key, view.setting_parameters())


def run_table(runs: pd.DataFrame, how: Choice) -> pd.DataFrame:
    """The runs of a cell as people read them."""
    unit = how.metric.unit
    return pd.DataFrame(
        {
            "seed": value_texts(runs["seed"]),
            how.metric.label: [number(v, unit) if pd.notna(v) else "" for v in runs["value"]],
            "used": [why or "yes" for why in runs["why_not"]],
            "training time": [number(v, "s") if pd.notna(v) else "" for v in runs[SECONDS]],
            "run": runs["run_id"].tolist(),
            "name": runs["name"].tolist(),
            "what the run says": runs["reason"].fillna("").tolist(),
        }
    )
