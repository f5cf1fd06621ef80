"""The charts of the Architecture and the Segment ratio page, side by side, with what a click on them does."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import altair as alt
import streamlit as st

from pages.shared import look
from pages.shared.cells.data import Panel
from pages.shared.charts import cellmaps, violins
from pages.shared.controls import become
from pages.shared.selectors import run_ids

ABREAST = 3
Draw = Callable[..., alt.LayerChart]


def show_charts(
    panels: Sequence[Panel],
    key: str,
    draw: Draw,
    selected: str | None,
    picked: Callable[[Panel, str], None],
    spoken: str,
) -> None:
    """Draw a chart of each panel, by `draw(number, theme, selected)`; `picked` is called with what was clicked."""
    for row in rows_of(range(len(panels)), ABREAST):
        with st.container(horizontal=True):  # in which charts wrap where there is no room for them side by side
            for i in row:
                chart, chart_key = draw(i, look.theme(), selected), f"{key}_{i}"
                chart.title = panels[i].name or alt.Undefined
                click, alt_text = partial(picked, panels[i], chart_key), f"{spoken} {panels[i].name}".strip()
                st.altair_chart(chart, theme=None, key=chart_key, on_select=click, alt=alt_text)


def rows_of(items: Sequence[int], most: int) -> list[list[int]]:
    """Break items into rows of at most `most` that are about equally long."""
    n = -(-len(items) // most)
    ends = [round(i * len(items) / n) for i in range(n + 1)]
    return [list(items[start:end]) for start, end in pairwise(ends)]


def to_cell(_: Panel, key: str) -> None:
    """Callback of a map: put the clicked cell into the URL; a click beside the cells clears it."""
    selection = st.session_state[key]["selection"]
    rows = [*selection.get(cellmaps.PICK, []), *selection.get(cellmaps.PICK_IDLE, [])]
    become({"run": (), "cell": [str(rows[0]["cell"])] if rows else ()})


def to_run(panel: Panel, key: str) -> None:
    """Callback of curves: put the clicked run and its cell into the URL; a click beside the points clears them."""
    selection = st.session_state[key]["selection"]
    clicked = [row["run_key"] for pick in (violins.PICK, violins.PICK_UNUSABLE) for row in selection.get(pick, [])]
    names = run_ids(panel.runs)
    new = [run_key for run_key in clicked if names[run_key] != st.query_params.get("run")]
    cells = panel.runs.set_index("run_key")["cell"]
    become({"run": [names[new[0]]] if new else (), "cell": [str(cells[new[0]])] if new else ()})
