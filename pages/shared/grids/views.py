"""The parts of the Generalisation page that show all cells: the maps and the curves over one axis."""

from collections.abc import Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from orbitsens.sensitivity.generalisation import marginal
from pages.shared import look
from pages.shared.charts.gridmaps import PICK, PICK_FAILED, heatmap, marginals
from pages.shared.charts.picture import side_by_side
from pages.shared.charts.theme import Theme
from pages.shared.controls import put
from pages.shared.exports import download_row
from pages.shared.glossary import COMMON, hover
from pages.shared.grids.controls import SPREAD, Look
from pages.shared.grids.panels import Grids, Panel, by_setting, panels
from pages.shared.grids.text import GRID_FIELDS

_ABREAST, _MOST_CURVES = 3, 6


def show_maps(grids: Grids, runs: pd.DataFrame, how: Look, title: str, caption: str) -> None:
    """Draw the maps side by side on one colour scale, and offer them as picture and numbers."""
    drawn = panels(grids, runs, how)
    selected = st.query_params.get("cell", "")
    abreast = _abreast(len(drawn))
    for start in range(0, len(drawn), abreast):
        with st.container(horizontal=True):  # in which charts wrap where there is no room for them side by side
            for i, panel in enumerate(drawn[start : start + abreast], start):
                chart = _map(panel, look.theme(), int(selected) if selected.isdigit() else None)
                key = f"map_{i}"
                spoken = f"{panel.scale.title} of {panel.name} over semi-major axis and eccentricity"
                titled = chart.properties(title=panel.name)
                st.altair_chart(titled, theme=None, key=key, on_select=partial(_picked, key), alt=spoken)
    st.caption(hover(f"{caption} Click a cell to see its orbit.", COMMON))
    download_row(
        f"grid-{how.field}-{'-'.join(runs['run_id'][:_ABREAST])}",
        lambda: side_by_side({panel.name: _map(panel, "light") for panel in drawn}, abreast),
        title,
        [caption, _run_ids(runs)],
        lambda: all_cells(grids, runs),
        "Every cell of every model with its run id, also the infeasible ones.",
        key="maps",
    )


def _abreast(n: int) -> int:
    """How many of `n` maps stand beside each other, so that rows are about equally long."""
    return -(-n // -(-n // _ABREAST))


def _map(panel: Panel, theme: Theme, selected: int | None = None) -> alt.LayerChart:
    return heatmap(panel.cells, panel.field, panel.scale, panel.overlay, theme, selected)


def _picked(key: str) -> None:
    selection = st.session_state[key]["selection"]
    rows = [*selection.get(PICK, []), *selection.get(PICK_FAILED, [])]
    put("cell", str(int(rows[0]["row"])) if rows else "")


def show_marginals(grids: Grids, runs: pd.DataFrame, how: Look) -> None:
    """Draw the median over a and over e, of each model or, where they are many, of each setting's mean."""
    each = how.view != SPREAD and len(grids) <= _MOST_CURVES
    title = GRID_FIELDS[how.field].axis
    curves = {over: _curves(grids if each else by_setting(grids, runs, how.field), how, over) for over in ("a_km", "e")}

    def draw(over: str, theme: Theme) -> alt.LayerChart:
        return marginals(curves[over], over, title, how.log, theme)

    with st.container(horizontal=True):
        for over in curves:
            st.altair_chart(draw(over, look.theme()), theme=None, key=f"marginal_{over}")
    caption = f"Line: the median over the feasible cells{'' if each else ' of the mean over seeds'}; band: quartiles."
    st.caption(caption)
    ids = runs.set_index("label" if each else "setting")["run_id"].groupby(level=0).agg(" ".join)
    download_row(
        f"grid-marginals-{how.field}-{'-'.join(runs['run_id'][:_ABREAST])}",
        lambda: side_by_side({over: draw(over, "light") for over in curves}, 2),
        f"{title} over one axis",
        [caption, _run_ids(runs)],
        lambda: pd.concat(curves.values()).assign(run_ids=lambda rows: rows["model"].map(ids)),
        "Median and quartiles at each value of the axis, with the run ids behind them.",
        key="marginals",
    )


def _curves(shown: Grids, how: Look, over: str) -> pd.DataFrame:
    return pd.concat([marginal(cells, how.field, over).assign(model=name) for name, cells in shown.items()])


def _run_ids(runs: pd.DataFrame) -> str:
    ids: Sequence[str] = runs["run_id"].tolist()
    return f"Runs: {', '.join(ids)}."


def all_cells(grids: Grids, runs: pd.DataFrame) -> pd.DataFrame:
    """Every cell of every model with its run id: what the CSV has."""
    ids = dict(zip(runs["label"], runs["run_id"], strict=True))
    return pd.concat([cells.assign(run_id=ids[name], model=name) for name, cells in grids.items()], ignore_index=True)
