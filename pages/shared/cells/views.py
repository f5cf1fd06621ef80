"""The maps and curves of the Architecture and the Segment ratio page, how to read them, and the same to take away."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from orbitsens.sensitivity.usable import NOT_FINITE
from pages.shared.cells.charts import ABREAST, Draw, show_charts, to_cell, to_run
from pages.shared.cells.controls import Choice
from pages.shared.cells.data import DATASET, Panel, export_table
from pages.shared.cells.text import line_caption, map_caption, used_of_matched
from pages.shared.cells.words import Shown, axis_name, cell_texts, tips
from pages.shared.charts import cellmaps
from pages.shared.charts.gridmaps import ColourScale
from pages.shared.charts.picture import side_by_side
from pages.shared.charts.seedlines import LineAxes, seed_lines
from pages.shared.charts.theme import Theme
from pages.shared.exports import download_row
from pages.shared.glossary import hover
from pages.shared.selectors import run_ids
from pages.shared.text import plain

_COMMON = ("run", "seed", "matched run", "weights")  # are on every page, and need no explanation in a caption


def maps(panels: Sequence[Panel], how: Choice) -> tuple[list[pd.DataFrame], Draw]:
    """The grid of each panel, and what draws one of them, all on one colour scale."""
    words, axes = how.metric, how.axes
    texts = [cell_texts(panel, how.shown, words) for panel in panels]
    levels = [(panel.study.levels[axes.x], _rows(panel, axes.y)) for panel in panels]
    grids = [cellmaps.cell_grid(cells, *level) for cells, level in zip(texts, levels, strict=True)]
    scale = _colours(pd.concat(texts)["value"], how)
    titles = axis_name(axes.x), axis_name(axes.y) if axes.y else ""

    def draw(i: int, theme: Theme, selected: str = "") -> alt.LayerChart:
        return cellmaps.cell_map(grids[i], titles, scale, tips(axes, panels[i].study, words), theme, selected)

    return grids, draw


def show_maps(panels: Sequence[Panel], how: Choice, name: str, answer: str) -> None:
    """Draw a map of each panel, and offer them as picture and numbers."""
    grids, draw = maps(panels, how)
    show_charts(panels, "cells", draw, st.query_params.get("cell", ""), to_cell, f"Map of {how.shown.title}")
    caption = map_caption(panels[0].study, grids, how.shown)
    _below(panels, how, name, answer, caption, draw, "cells", " Click a cell to see its runs.")


def lines(panels: Sequence[Panel], how: Choice, what: Shown) -> tuple[LineAxes, Draw] | None:
    """The axes that all panels share, and what draws one of them; None where no run says what is wanted."""
    runs = [_drawn(panel, what) for panel in panels]
    used = pd.concat([rows["value"][rows["used"]] for rows in runs])
    used = used[np.isfinite(used)]
    strip = any(bool(rows["lost"].any()) for rows in runs)
    if used.empty and not strip:
        return None
    log = how.log and bool((used > 0.0).all())
    study = panels[0].study
    axes = LineAxes(
        x=_drawn_levels(study.levels[how.axes.x], "x", runs),
        lines=_drawn_levels(_rows(panels[0], how.axes.y), "line", runs),
        title_x=axis_name(how.axes.x),
        title_line=axis_name(how.axes.y),
        title=what.title,
        limits=(float(used.min()), float(used.max())) if len(used) else (0.0, 1.0),
        log=log,
        log_x=how.log_x,
        strip=strip,
    )

    def draw(i: int, theme: Theme, chosen: str | None = None) -> alt.LayerChart:
        return seed_lines(runs[i], axes, theme, chosen)

    return axes, draw


def show_lines(panels: Sequence[Panel], how: Choice, name: str, answer: str, what: Shown, key: str) -> None:
    """Draw the runs over the parameter, a line for each value of another, panels side by side on equal axes."""
    found = lines(panels, how, what)
    if found is None:
        st.caption(f"No run among these says its {plain(what.words.label)}.")
        return
    axes, draw = found
    wanted = st.query_params.get("run", "")
    selected = next((key for panel in panels for key, name in run_ids(panel.runs).items() if name == wanted), None)
    show_charts(panels, key, draw, selected, to_run, f"{what.title} over {axes.title_x}")
    most = max(len(panel.runs) for panel in panels)
    _below(panels, how, name, answer, line_caption(axes, how.log, most), draw, key)


def _below(
    panels: Sequence[Panel], how: Choice, name: str, answer: str, caption: str, draw: Draw, key: str, hint: str = ""
) -> None:
    """How to read what is above, and the same to take away."""
    if how.axes.panel == DATASET:
        used = " ".join(f"{plain(panel.name)}: {used_of_matched(panel.study)}" for panel in panels)
    else:
        used = used_of_matched(panels[0].study)
    st.caption(hover(f"{used} {caption}{hint}", _COMMON))
    download_row(
        f"{name}-{how.measured.metric}-{key}",
        lambda: side_by_side({panel.name or " ": draw(i, "light") for i, panel in enumerate(panels)}, ABREAST),
        answer,
        [used, caption],
        lambda: export_table(panels, how.measured, how.metric.unit),
        "Every matched run with its id, cell, value and costs, and whether and why (not) it was used.",
        key=key,
    )


def _rows(panel: Panel, parameter: str) -> Sequence[str]:
    return panel.study.levels[parameter] if parameter else tuple(panel.runs["y"].unique())


def _drawn_levels(levels: Sequence[str], column: str, runs: Sequence[pd.DataFrame]) -> list[str]:
    """The values that some run has that is drawn: an axis has no place for runs that ended early."""
    present = {value for rows in runs for value in rows[column][rows["used"] | rows["lost"]].unique()}
    return [level for level in levels if level in present]


def _drawn(panel: Panel, what: Shown) -> pd.DataFrame:
    runs = panel.runs
    lost = runs["why_not"].isin(("diverged", NOT_FINITE))
    value = pd.to_numeric(runs[what.of_runs]).astype(float)
    return runs.assign(value=value, line=runs["y"], lost=lost)


def _colours(values: "pd.Series[float]", how: Choice) -> ColourScale:
    known = values.dropna()
    low, high = (float(known.min()), float(known.max())) if len(known) else (1.0, 1.0)
    return ColourScale((low, high), how.log and low > 0.0, how.shown.title)
