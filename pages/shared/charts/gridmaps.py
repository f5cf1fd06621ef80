"""Residual grids as heatmaps over semi-major axis and eccentricity, and their marginal curves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from orbitsens.sensitivity.generalisation import coarser
from pages.shared.charts.legends import wrapped_legend
from pages.shared.charts.theme import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    VERMILLION,
    Theme,
    styled,
    unchecked,
)
from pages.shared.charts.ticks import log_ticks

PICK, PICK_FAILED = "cell", "failed_cell"  # what a click selects
MOST_CELLS = 64  # along an axis; finer grids are drawn as means over blocks
SERIES: Mapping[Theme, Sequence[str]] = {
    "light": (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY),
    "dark": (SKY, VERMILLION, GREEN, PURPLE, ORANGE, BLUE),
}
FAILED = "#C0392B"
_THOUSAND = alt.Axis(labelExpr="format(datum.value / 1000, ',.0f')", tickCount=6, grid=False)
_A, _E = "semi-major axis (1000 km)", "eccentricity"


class ColourScale(NamedTuple):
    """The one scale of maps that stand side by side, clipped at `limits`; `diverging` has its middle at zero."""

    limits: tuple[float, float]
    log: bool
    title: str
    diverging: bool = False

    def scale(self) -> alt.Scale:
        """From values to colours."""
        low, high = self.limits
        if self.diverging:
            most = max(abs(low), abs(high))
            return alt.Scale(scheme="purpleorange", domain=[-most, most], clamp=True)
        if self.log:
            return alt.Scale(type="log", scheme="viridis", domain=[max(low, 1e-12), high], clamp=True)
        return alt.Scale(scheme="viridis", domain=[low, high], clamp=True)

    def colour(self) -> alt.Color:
        """The encoding, with its legend."""
        legend = alt.Legend(
            type="gradient", title=self.title, gradientLength=170, format=".3~r", tickCount=4, titleLimit=320
        )
        return alt.Color("value:Q", scale=self.scale(), legend=legend)


class Overlay(NamedTuple):
    """What lies on a map: training orbits (a_km, e), the training region's outline, the threshold's edges."""

    orbits: pd.DataFrame
    outline: pd.DataFrame
    edges: pd.DataFrame


@unchecked
def heatmap(
    cells: pd.DataFrame, field: str, scale: ColourScale, overlay: Overlay, theme: Theme, selected: int | None = None
) -> alt.LayerChart:
    """Draw a field; infeasible cells stay empty, those whose rollout failed are red. A click selects a cell's `row`."""
    drawn = coarser(cells, field, MOST_CELLS)
    x, y = _plane(drawn)
    lost = drawn["failed"] & ~np.isfinite(drawn["value"])
    fine = drawn[np.isfinite(drawn["value"])]
    if scale.log:
        fine = fine[fine["value"] > 0.0]
    tips = [
        alt.Tooltip("a_km:Q", title="semi-major axis (km)", format=",.0f"),
        alt.Tooltip("e:Q", title="eccentricity", format=".3f"),
    ]
    box = {"x2": alt.X2("a_high"), "y2": alt.Y2("e_high")}
    middle = {"a_km": (drawn["a_low"] + drawn["a_high"]) / 2, "e": (drawn["e_low"] + drawn["e_high"]) / 2}
    # Each cell reaches a little under its neighbours, or seams would show.
    under = {
        high: fine[high] + 0.5 * (fine[high] - fine[low]) for low, high in (("a_low", "a_high"), ("e_low", "e_high"))
    }
    base = alt.Chart(_rounded(fine.assign(**under, **{name: column[fine.index] for name, column in middle.items()})))
    cell = base.mark_rect(cursor="pointer", clip=True).encode(
        x=x,
        y=y,
        **box,
        color=scale.colour(),
        tooltip=[*tips, alt.Tooltip("value:Q", title=scale.title, format=".4~g")],
    )
    layers = [cell.add_params(alt.selection_point(name=PICK, fields=["row"], on="click", toggle=False))]
    if lost.any():
        told = alt.Tooltip("what:N", title="rollout")
        broken = alt.Chart(_rounded(drawn[lost]).assign(what="failed")).mark_rect(color=FAILED)
        pick = alt.selection_point(name=PICK_FAILED, fields=["row"], on="click", toggle=False)
        layers.append(broken.encode(x=x, y=y, **box, tooltip=[told]).add_params(pick))
    layers += _on_top(overlay, theme)
    if selected is not None and len(ring := drawn[drawn["row"] == selected]):
        for colour, wide in (("#FFFFFF", 5.0), ("#000000", 2.5)):  # seen on every colour of the scale
            mark = alt.Chart(ring).mark_rect(filled=False, stroke=colour, strokeWidth=wide, tooltip=None)
            layers.append(mark.encode(x=x, y=y, **box))
    return styled(layers, theme, height=290)


def _plane(drawn: pd.DataFrame) -> tuple[alt.X, alt.Y]:
    a = alt.Scale(domain=[float(drawn["a_low"].min()), float(drawn["a_high"].max())], nice=False, zero=False)
    e = alt.Scale(domain=[float(drawn["e_low"].min()), float(drawn["e_high"].max())], nice=False, zero=False)
    y = alt.Y("e_low:Q", title=_E, scale=e, axis=alt.Axis(tickCount=6, grid=False, format="~g"))
    return alt.X("a_low:Q", title=_A, scale=a, axis=_THOUSAND), y


def _rounded(drawn: pd.DataFrame) -> pd.DataFrame:
    """Fewer digits: less to send, nothing to see."""
    return drawn.drop(columns="failed").round({"a_low": 1, "a_high": 1, "a_km": 1, "e_low": 5, "e_high": 5, "e": 5})


def _on_top(overlay: Overlay, theme: Theme) -> list[alt.Chart]:
    layers = []
    if len(overlay.edges):
        for colour, width in ((PAPER[theme], 4.0), (INK[theme], 1.8)):
            edges = alt.Chart(overlay.edges).mark_rule(color=colour, strokeWidth=width, tooltip=None, clip=True)
            layers.append(edges.encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q"))
    if len(overlay.outline):
        line = alt.Chart(overlay.outline).mark_line(
            color="#FFFFFF", strokeWidth=1.6, strokeDash=[5, 4], clip=True, tooltip=None
        )
        layers.append(line.encode(x="a_km:Q", y="e:Q", order="order:Q"))
    if len(overlay.orbits):
        points = alt.Chart(overlay.orbits).mark_circle(
            size=26,
            color="#FFFFFF",
            stroke="#000000",
            strokeWidth=0.8,
            opacity=1,
            fillOpacity=0.95,
            tooltip=None,
            clip=True,
        )
        layers.append(points.encode(x="a_km:Q", y="e:Q"))
    return layers


@unchecked
def marginals(curves: pd.DataFrame, over: str, title: str, log: bool, theme: Theme) -> alt.LayerChart:
    """Draw each model's median and quartiles over `over`, a_km or e: columns `over`, q1, median, q3, model."""
    names = list(dict.fromkeys(curves["model"]))
    colour = alt.Color(
        "model:N",
        scale=alt.Scale(domain=names, range=list(SERIES[theme])[: len(names)] or [GREY]),
        legend=wrapped_legend(names),
    )
    scale = alt.Scale(type="log" if log else "linear", zero=alt.Undefined if log else False)
    usable = curves[curves["q1"] > 0.0] if log else curves
    axis, words = (_THOUSAND, _A) if over == "a_km" else (alt.Axis(tickCount=6, grid=False, format="~g"), _E)
    x = alt.X(f"{over}:Q", title=words, axis=axis, scale=alt.Scale(zero=False, nice=False))
    base = alt.Chart(usable.round(6)).encode(x=x, color=colour)
    ticks = log_ticks([*usable["q1"], *usable["q3"]]) if log else []
    y_axis = alt.Axis(values=ticks, format="~g") if ticks else alt.Axis(tickCount=5, format="~g")
    band = base.mark_area(fillOpacity=0.16, tooltip=None).encode(
        y=alt.Y("q1:Q", scale=scale, title=None, axis=y_axis), y2=alt.Y2("q3")
    )
    line = base.mark_line(strokeWidth=2).encode(
        y=alt.Y("median:Q", scale=scale, title=None, axis=y_axis),
        tooltip=["model:N", alt.Tooltip(f"{over}:Q", format=",.4~g"), alt.Tooltip("median:Q", format=".4~g")],
    )
    return styled([band, line], theme, height=170).properties(title=alt.TitleParams(title))
