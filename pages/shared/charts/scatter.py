"""Any two things of runs against each other, coloured by a third: a point a run or, of many, cells that count them."""

from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from orbitsens.sensitivity.settings import value_texts
from pages.shared.charts.cells import cells
from pages.shared.charts.colours import finite_scale, of_names, of_value
from pages.shared.charts.positions import Positions, Quantity, encoding, is_number, names_in_order, positions
from pages.shared.charts.theme import INK, PAPER, RUN, UNUSABLE, Theme, styled, unchecked

PICK = "pick"
MOST_POINTS = 2000  # runs, up to which each is a point of its own
HEIGHT, STRIP = 430, 46  # px; a strip beyond an axis' end, for runs without a finite number on it
_SPREAD = 0.5  # of the room of a name, over which its points are spread


class _On(NamedTuple):
    """What all layers share. `lost` are the runs without a place across, and those without one up."""

    x: Positions
    y: Positions
    lost: tuple[Any, Any]
    theme: Theme

    def place(self, fields: dict[str, str], *, across: bool, up: bool) -> dict[str, Any]:
        """Where marks go: by their fields, or in the strip of what they lack (`across`, `up` false)."""
        right = {"expr": f"width - {STRIP}"} if self.lost[0].any() else {"expr": "width"}
        top = STRIP if self.lost[1].any() else 0
        # Vega draws the lines of a grid from the plot's top, as long as the other axis: beside a strip that is wrong.
        of_x = encoding(self.x, fields["x"], 0, right, grid=not top)
        x = alt.X(**of_x) if across else alt.value({"expr": f"width - {STRIP / 2}"})
        bottom = {"expr": "height"}  # of the plot
        return {"x": x, "y": alt.Y(**encoding(self.y, fields["y"], bottom, top)) if up else alt.value(STRIP / 2)}


@unchecked
def scatter(
    runs: pd.DataFrame, x: Quantity, y: Quantity, colour: Quantity | None, theme: Theme, selected: str | None = None
) -> alt.LayerChart:
    """Draw runs: columns run_key, run_id, state, x, y and, with a colour, `colour`.

    A click on a point selects its `run_key`; `selected` gets a ring. Cells are coloured by the median colour of their
    runs if that is a number, else by how many they are.
    """
    across, up = positions(runs["x"], x), positions(runs["y"], y)
    on = _On(across, up, (~across.drawable, ~up.drawable), theme)
    layers = _points(runs, on, colour, selected) if len(runs) <= MOST_POINTS else _cells(runs, on, colour)
    return styled([*_borders(on), *layers], theme, height=HEIGHT)


def _parts(lost: tuple[Any, Any]) -> list[tuple[bool, bool, Any]]:
    """The runs with a place on both axes, then those in strips: whether across, whether up, and which they are."""
    both = [(not x, not y, (lost[0] == x) & (lost[1] == y)) for x in (False, True) for y in (False, True)]
    return [part for part in both if part[2].any()]


def _points(runs: pd.DataFrame, on: _On, colour: Quantity | None, selected: str | None) -> list[alt.Chart]:
    spread = _SPREAD * (np.arange(len(runs)) * 0.618034 % 1.0 - 0.5)  # names have room beside them
    frame = runs[["run_key", "run_id", "state"]].assign(
        x=on.x.at + spread * bool(on.x.names),
        y=on.y.at + spread * bool(on.y.names),
        is_x=_told(runs["x"]),
        is_y=_told(runs["y"]),
    )
    tips = [alt.Tooltip("run_id:N", title="run"), alt.Tooltip("state:N")]
    tips += [_tip("is_x", runs["x"], on.x.title), _tip("is_y", runs["y"], on.y.title)]
    if colour is not None:
        frame["colour"] = _told(runs["colour"])
        tips.append(_tip("colour", runs["colour"], colour.title))
    pick = alt.selection_point(name=PICK, fields=["run_key"], on="click", toggle=False)
    layers = []
    for across, up, which in _parts(on.lost):
        base = alt.Chart(frame[which]).encode(**on.place({"x": "x", "y": "y"}, across=across, up=up))
        if selected in set(frame["run_key"][which]):
            ring = base.transform_filter(alt.datum.run_key == selected)
            layers.append(ring.mark_point(shape="circle", size=320, stroke=INK[on.theme], strokeWidth=2, tooltip=None))
        style: dict[str, Any] = {"filled": True, "cursor": "pointer", "stroke": PAPER[on.theme], "strokeWidth": 0.7}
        if across and up:
            mark = base.mark_point(shape="circle", size=70, opacity=1, fillOpacity=0.85, **style)
            layers.append(mark.encode(color=_colour(runs, colour, on.theme), tooltip=tips))
        else:
            mark = base.mark_point(shape="cross", size=80, opacity=1, fillOpacity=0.9, **style)
            layers.append(mark.encode(color=alt.value(UNUSABLE), tooltip=tips))
    layers[-1] = layers[-1].add_params(pick)
    return layers


def _cells(runs: pd.DataFrame, on: _On, colour: Quantity | None) -> list[alt.Chart]:
    frame = cells(runs, on.x, on.y)
    counted = bool(frame["value"].isna().all())
    title = f"median {colour.title}" if colour and not counted else "runs in a cell"
    field = "n" if counted else "value"
    tips = [alt.Tooltip("n:Q", title="runs", format=",")]
    if not counted:
        tips.append(alt.Tooltip("value:Q", title=title, format=".4~g"))
    scale = finite_scale(frame[field], Quantity(title, counted or (colour is not None and colour.log)))
    layers = []
    for across, up, which in _parts((frame["x"].isna(), frame["y"].isna())):
        place = on.place({"x": "x", "y": "y"}, across=across, up=up)
        far = _far_ends(across=across, up=up)
        rect = alt.Chart(frame[which]).mark_rect(stroke=None).encode(**place | far, tooltip=tips)
        layers.append(rect.encode(color=of_value(scale, on.theme, field)))
    return layers


def _far_ends(*, across: bool, up: bool) -> dict[str, Any]:
    """The other edges of cells; those of a strip fill it."""
    strip = alt.value({"expr": f"width - {STRIP - 10}"}), alt.value({"expr": "width - 6"})
    far: dict[str, Any] = {"x2": alt.X2("x2")} if across else {"x": strip[0], "x2": strip[1]}
    return far | ({"y2": alt.Y2("y2")} if up else {"y": alt.value(STRIP - 10), "y2": alt.value(6)})


def _colour(runs: pd.DataFrame, colour: Quantity | None, theme: Theme) -> alt.Color | alt.ColorValue:
    if colour is None:
        return alt.ColorValue(RUN[theme])
    if is_number(runs["colour"]):
        return of_value(finite_scale(runs["colour"], colour), theme, "colour")
    return of_names(names_in_order(runs["colour"]), colour.title, theme, "colour")


def _told(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Numbers and times as they are, all else in words."""
    if is_number(column) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    return pd.Series(value_texts(column), column.index, dtype=object)


def _tip(field: str, column: "pd.Series[Any]", title: str) -> alt.Tooltip:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return alt.Tooltip(f"{field}:T", title=title, format="%Y-%m-%d %H:%M")
    if is_number(column):
        return alt.Tooltip(f"{field}:Q", title=title, format=".4~g")
    return alt.Tooltip(f"{field}:N", title=title)


def _borders(on: _On) -> list[alt.Chart]:
    """The lines between the axes and their strips."""
    base = alt.Chart(pd.DataFrame({"nothing": [0]})).mark_rule(color=UNUSABLE, strokeDash=[2, 4], tooltip=None)
    found = []
    if on.lost[0].any():
        line = base.encode(x=alt.value({"expr": f"width - {STRIP - 4}"}), y=alt.value(0))
        found.append(line.encode(y2=alt.value({"expr": "height"})))
    if on.lost[1].any():
        line = base.encode(y=alt.value(STRIP - 4), x=alt.value(0))
        found.append(line.encode(x2=alt.value({"expr": "width"})))
    return found
