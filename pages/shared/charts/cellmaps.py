"""A map of two parameters: a cell for each pair of values, coloured by a number over the seeds."""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from pages.shared.charts.gridmaps import ColourScale
from pages.shared.charts.theme import GREY, INK, MUTED, PAPER, Theme, styled, unchecked
from pages.shared.charts.ticks import log_ticks

PICK, PICK_IDLE = "cell", "idle_cell"  # what a click selects, among the coloured cells and the grey ones
ROW = 46  # px
WORDED = 34  # px; in narrower cells there is no room for the number
MIDDLE = 0.62  # of the colour scale: above it viridis is light, and takes dark words
LOST, IDLE, EMPTY, SHOWN = "all diverged", "no usable run", "no run", "shown"
_STAR = (
    "M0,-1L0.235,-0.324L0.951,-0.309L0.38,0.124L0.588,0.809L0,0.4L-0.588,0.809L-0.38,0.124L-0.951,-0.309L-0.235,-0.324Z"
)


def cell_grid(cells: pd.DataFrame, x: Sequence[str], y: Sequence[str]) -> pd.DataFrame:
    """Return a row for every pair of values, also those without a run: `cells` with `column`, `row` and `kind`.

    `cells` has columns x, y (texts), value (what is drawn, NaN for none), n, n_runs and diverged. `kind` says whether
    a cell is shown, or why not.
    """
    places = pd.DataFrame(list(product(x, y)), columns=["x", "y"])
    places["column"] = places["x"].map({name: i for i, name in enumerate(x)})
    places["row"] = places["y"].map({name: i for i, name in enumerate(y)})
    grid = places.merge(cells, on=["x", "y"], how="left")
    grid[["n", "n_runs", "diverged"]] = grid[["n", "n_runs", "diverged"]].fillna(0).astype(int)
    lost, none = grid["diverged"].gt(0) & grid["n"].eq(0), grid["n_runs"].eq(0)
    return grid.assign(kind=np.select([none, grid["value"].notna(), lost], [EMPTY, SHOWN, LOST], IDLE))


@unchecked
def cell_map(
    grid: pd.DataFrame,
    titles: tuple[str, str],
    scale: ColourScale,
    tips: Mapping[str, str],
    theme: Theme,
    selected: str = "",
) -> alt.LayerChart:
    """Draw a grid as `cell_grid` makes it, with `cell` (label), `word`, `best` and `candidate`; `titles` of x and y.

    Hatched: no run; grey: no usable value, a cross where all diverged. White outline: not distinguishable from the
    best cell, which has a star. `tips`: columns and what the tip calls them. A click selects a `cell`.
    """
    on = _Plane(
        _axis(grid, "x", "column", titles[0]),
        _axis(grid, "y", "row", titles[1]),
        [alt.Tooltip(f"{name}:N", title=title) for name, title in tips.items()],
    )
    needed = ["cell", "column", "row", "kind", "value", "word", "diverged", "best", "candidate", *tips]
    boxed = grid[list(dict.fromkeys(needed))].assign(
        **{f"{end}_{of}": grid[of] + by for of in ("column", "row") for end, by in _ENDS.items()}
    )
    said = boxed["word"].where(boxed["kind"].eq(SHOWN), boxed["kind"])
    boxed["spoken"] = boxed["cell"].astype(str) + f": {scale.title} " + said.astype(str)
    of_kind = dict(list(boxed.groupby("kind")))
    pick = alt.selection_point(name=PICK, fields=["cell"], on="click", toggle=False)
    layers: list[alt.Chart] = []
    if EMPTY in of_kind:
        layers.append(on.rects(of_kind[EMPTY], 1, color=_hatched(theme), tooltip=None))
    if len(idle := boxed[boxed["kind"].isin((LOST, IDLE))]):
        grey = on.told(on.rects(idle, 1, color=GREY, opacity=0.45, cursor="pointer"))
        layers.append(grey.add_params(alt.selection_point(name=PICK_IDLE, fields=["cell"], on="click", toggle=False)))
    if LOST in of_kind:
        cross = on.at(of_kind[LOST]).mark_point(shape="cross", angle=45, size=110, filled=True, color=INK[theme])
        layers.append(on.told(cross))
    if SHOWN in of_kind:
        rects = on.rects(of_kind[SHOWN], 1, cursor="pointer").encode(color=_colour(scale))
        layers.append(on.told(rects).add_params(pick))
    layers += _outlines(boxed, on, theme, selected)
    if SHOWN in of_kind:
        # A picture of several charts has no width that an expression could know.
        room = {"expr": f"(width || {WORDED * 99}) / {grid['column'].nunique()} > {WORDED} ? 1 : 0"}
        layers += _words(of_kind[SHOWN], scale, on, room)
    return styled(layers, theme, height=max(90, ROW * grid["row"].nunique()))


_STAR_LOOK: Mapping[str, Any] = {
    "filled": True, "fill": "#FFFFFF", "stroke": "#000000", "strokeWidth": 1.0, "opacity": 1.0, "tooltip": None,
}  # fmt: skip
_ENDS = {"low": -0.5, "high": 0.5}
_CORNERS = ["low_column", "high_column", "low_row", "high_row"]


class _Plane(NamedTuple):
    """What all layers share: the two axes, and what a tip tells."""

    x: Mapping[str, Any]
    y: Mapping[str, Any]
    tips: list[alt.Tooltip]

    def rects(self, grid: pd.DataFrame, inset: float, **look: Any) -> alt.Chart:
        """The cells, `inset` px smaller at each side; without a tip they need no more than their places."""
        sent = grid[["cell", *_CORNERS]] if "tooltip" in look else grid
        mark = alt.Chart(sent).mark_rect(xOffset=inset, x2Offset=-inset, yOffset=-inset, y2Offset=inset, **look)
        x, y = alt.X("low_column:Q", **self.x), alt.Y("low_row:Q", **self.y)
        return mark.encode(x=x, x2=alt.X2("high_column"), y=y, y2=alt.Y2("high_row"))

    def at(self, grid: pd.DataFrame, of_x: str = "column", of_y: str = "row") -> alt.Chart:
        """Marks in the cells' middles."""
        return alt.Chart(grid).encode(x=alt.X(f"{of_x}:Q", **self.x), y=alt.Y(f"{of_y}:Q", **self.y))

    def told(self, chart: alt.Chart) -> alt.Chart:
        """The chart with its tips; a screen reader gets the cell's name and number."""
        return chart.encode(tooltip=self.tips, description=alt.Description("spoken:N"))


def _axis(grid: pd.DataFrame, names: str, place: str, title: str) -> Mapping[str, Any]:
    """A place per value, the first at the left or at the bottom."""
    values = grid.drop_duplicates(place).sort_values(place)
    labels = json.dumps([_short(name) for name in values[names]])
    axis = alt.Axis(
        values=values[place].tolist(),
        labelExpr=f"{labels}[datum.value]",
        grid=False,
        labelLimit=160,
        labelAngle=0,
        labelOverlap="greedy",
    )
    scale = alt.Scale(domain=[-0.5, len(values) - 0.5], nice=False, zero=False)
    return {"axis": axis, "scale": scale, "title": title}


def _short(name: str) -> str:
    try:
        return f"{float(name):.4g}" if float(name) < 1e4 else name
    except ValueError:
        return name


def _colour(scale: ColourScale) -> alt.Color:
    ticks = log_ticks(scale.limits) if scale.log else []
    legend = alt.Legend(
        type="gradient",
        title=scale.title,
        gradientLength=170,
        format="~g",
        values=ticks or alt.Undefined,
        tickCount=4,
        titleLimit=320,
    )
    return alt.Color("value:Q", scale=scale.scale(), legend=legend)


def _outlines(boxed: pd.DataFrame, on: _Plane, theme: Theme, selected: str) -> list[alt.Chart]:
    """Of the cells that may be best, of the best itself, and of the selected one."""
    layers = []
    rings = boxed[boxed["candidate"].eq(True)]
    for colour, width in (("#000000", 4.0), ("#FFFFFF", 2.2)):
        if len(rings):
            layers.append(on.rects(rings, 4, filled=False, stroke=colour, strokeWidth=width, tooltip=None))
    if len(best := boxed.loc[boxed["best"].eq(True), ["cell", *_CORNERS]]):
        star = on.at(best, "low_column", "high_row")
        layers.append(star.mark_point(shape=_STAR, size=170, xOffset=14, yOffset=13, **_STAR_LOOK))
    if selected and len(chosen := boxed[boxed["cell"].eq(selected)]):
        layers.append(on.rects(chosen, -1, filled=False, stroke=INK[theme], strokeWidth=3.0, tooltip=None))
    return layers


def _words(shown: pd.DataFrame, scale: ColourScale, on: _Plane, room: Mapping[str, str]) -> list[alt.Chart]:
    """The number in each cell, and below it how many of its runs diverged."""
    ends, at = np.array(scale.limits), shown["value"].to_numpy()
    if scale.log:
        ends, at = np.log10(ends), np.log10(at)
    light = (at - ends[0]) / (ends[1] - ends[0] or 1.0) > MIDDLE
    lost = shown["diverged"].astype(str) + " diverged"
    frame = shown.assign(ink=np.where(light, "#000000", "#FFFFFF"), lost=lost)
    ink = alt.Color("ink:N", scale=None)
    frame = frame[["column", "row", "word", "lost", "ink", "diverged"]]
    some = frame[frame["diverged"] > 0]
    look: dict[str, Any] = {"tooltip": None, "opacity": room}
    words = on.at(frame).mark_text(fontSize=12, **look).encode(text=alt.Text("word:N"), color=ink)
    small = on.at(some).mark_text(fontSize=9, dy=12, **look).encode(text=alt.Text("lost:N"), color=ink)
    return [words, small] if len(some) else [words]


def _hatched(theme: Theme) -> Mapping[str, Any]:
    """Diagonal lines as a gradient with sharp steps."""
    colours = [MUTED[theme], MUTED[theme], PAPER[theme], PAPER[theme]]
    steps = [(i + offset) / 8 for i in range(8) for offset in (0.0, 0.12, 0.12, 1.0)]
    stops = [{"offset": step, "color": colour} for step, colour in zip(steps, colours * 8, strict=True)]
    return {"gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 1, "stops": stops}
