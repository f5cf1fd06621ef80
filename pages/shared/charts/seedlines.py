"""A number over one parameter: every run a point, a line through the medians, a band over the seeds."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from pages.shared.charts.gridmaps import SERIES
from pages.shared.charts.theme import INK, PAPER, UNUSABLE, Theme, styled, unchecked
from pages.shared.charts.ticks import MOST, log_ticks
from pages.shared.charts.violins import PICK, PICK_UNUSABLE

MOST_POINTS = 3000  # runs; of more than that lines and bands are drawn alone
HEIGHT, STRIP = 260, 40  # px; the strip at the top is for runs without a finite value


class LineAxes(NamedTuple):
    """What the charts that stand side by side share.

    `x`: the values along the axis, as texts in order; `lines`: those of the lines; `title_x`, `title_line` and `title`
    (of the value) with units; `limits` of the value; `log` and `log_x`: which axes are logarithmic; `strip`: whether
    there is one.
    """

    x: Sequence[str]
    lines: Sequence[str]
    title_x: str
    title_line: str
    title: str
    limits: tuple[float, float]
    log: bool
    log_x: bool
    strip: bool


@unchecked
def seed_lines(runs: pd.DataFrame, axes: LineAxes, theme: Theme, selected: str | None = None) -> alt.LayerChart:
    """Draw runs: columns x, line (texts), value, used, lost (no finite value), run_key, run_id, seed, state.

    A click on a point, or on a cross in the strip, selects its `run_key`; the one `selected` has a ring.
    Beyond 3,000 runs there are no points, and a strip of diverged ones shows as many crosses at most.
    """
    places = positions(axes.x)
    frame = runs.assign(place=runs["x"].map(dict(zip(axes.x, places or range(len(axes.x)), strict=True))).astype(float))
    frame = frame.dropna(subset="place")
    used = frame[frame["used"] & np.isfinite(frame["value"])]
    lost = frame[frame["lost"]].head(MOST_POINTS) if axes.strip else frame.head(0)
    by = used.groupby(["line", "place"], sort=True)["value"]
    middle = pd.DataFrame({name: by.quantile(q) for name, q in {"q1": 0.25, "median": 0.5, "q3": 0.75}.items()})
    middle = middle.assign(n=by.size()).reset_index()
    summary = alt.Chart(middle).encode(x=_x(axes, places), color=_colour(axes, theme))
    layers: list[alt.Chart] = []
    if len(used):
        band = summary.mark_area(fillOpacity=0.16, tooltip=None)
        layers.append(band.encode(y=_y(axes, "q1"), y2=alt.Y2("q3")))
        layers.append(summary.mark_line(strokeWidth=2.2, tooltip=None).encode(y=_y(axes, "median")))
    if 0 < len(used) <= MOST_POINTS:
        marks = alt.Chart(used[[*_SENT, "value"]].assign(seed=_seed(used)))
        points = marks.mark_circle(
            size=64, opacity=1, fillOpacity=0.9, stroke=PAPER[theme], strokeWidth=0.8, cursor="pointer"
        )
        points = points.encode(x=_x(axes, places), y=_y(axes, "value"), color=_colour(axes, theme), tooltip=_tips(axes))
        layers.append(points.add_params(_pick(PICK)))
        layers += _ring(marks.encode(x=_x(axes, places), y=_y(axes, "value")), used, theme, selected)
    if len(lost):
        layers += _strip(lost, axes, places, theme, selected)
    return styled(layers, theme, height=HEIGHT)


_SENT = ["run_key", "run_id", "seed", "x", "line", "place"]


def positions(x: Sequence[str]) -> list[float]:
    """Where the values lie on a numeric axis; nowhere if one of them is no number: then they are equally far apart."""
    try:
        return [float(value) for value in x]
    except ValueError:
        return []


def can_be_log(x: Sequence[str]) -> bool:
    """Whether there is a logarithmic axis of these values."""
    places = positions(x)
    return len(places) > 1 and min(places) > 0.0


def _x(axes: LineAxes, places: Sequence[float]) -> alt.X:
    if places and axes.log_x and can_be_log(axes.x):
        ticks = list(places) if len(places) <= MOST else log_ticks(places)
        scale = alt.Scale(type="log", nice=False, padding=18)
        axis = alt.Axis(values=ticks or list(places), format=".3~g", grid=False, labelOverlap="greedy")
    elif places:
        scale = alt.Scale(zero=False, nice=False, padding=18)
        axis = alt.Axis(values=list(places) if len(places) <= MOST else alt.Undefined, format=".3~g", grid=False)
    else:
        scale = alt.Scale(domain=[-0.5, len(axes.x) - 0.5], nice=False, zero=False)
        words = f"{json.dumps(list(axes.x))}[datum.value]"
        axis = alt.Axis(values=list(range(len(axes.x))), labelExpr=words, grid=False, labelLimit=140)
    return alt.X("place:Q", title=axes.title_x, scale=scale, axis=axis)


def _y(axes: LineAxes, field: str) -> alt.Y:
    ticks = log_ticks(axes.limits) if axes.log else []
    axis = alt.Axis(values=ticks, format="~g") if ticks else alt.Axis(tickCount=6, format="~g")
    scale = alt.Scale(
        type="log" if axes.log else "linear",
        domain=list(axes.limits),
        zero=alt.Undefined if axes.log else False,
        nice=False,
        padding=14,
        range=[HEIGHT, STRIP] if axes.strip else alt.Undefined,
    )
    return alt.Y(f"{field}:Q", title=axes.title, scale=scale, axis=axis)


def _colour(axes: LineAxes, theme: Theme) -> alt.Color:
    names = list(axes.lines)
    few = len(names) <= len(SERIES[theme])
    scale = alt.Scale(domain=names, range=list(SERIES[theme])[: len(names)] if few else alt.Undefined)
    if not few:
        scale.scheme = "viridis"
    legend = alt.Legend(title=axes.title_line, symbolOpacity=1.0, symbolType="circle", columns=8)
    return alt.Color("line:O", scale=scale, sort=names, legend=legend if len(names) > 1 else None)


def _tips(axes: LineAxes, value: bool = True) -> list[alt.Tooltip]:
    number = alt.Tooltip("value:Q", title=axes.title, format=".4~g")
    return [
        alt.Tooltip("x:N", title=axes.title_x),
        *([alt.Tooltip("line:N", title=axes.title_line)] if len(axes.lines) > 1 else []),
        number if value else alt.Tooltip("state:N"),
        alt.Tooltip("seed:N"),
        alt.Tooltip("run_id:N", title="run"),
    ]


def _strip(
    lost: pd.DataFrame, axes: LineAxes, places: Sequence[float], theme: Theme, selected: str | None
) -> list[alt.Chart]:
    """Crosses above the axis: runs that ended without a finite value."""
    nth = lost.groupby("place").cumcount()
    of = lost.groupby("place")["run_key"].transform("size")
    frame = lost[[*_SENT, "state"]].assign(seed=_seed(lost), up=6.0 + (STRIP - 16) * (nth + 0.5) / of)
    base = alt.Chart(frame).encode(x=_x(axes, places), y=alt.Y("up:Q", scale=None, axis=None))
    crosses = base.mark_point(shape="cross", angle=45, size=50, filled=True, color=UNUSABLE, cursor="pointer")
    edge = alt.Chart(pd.DataFrame({"edge": [0]})).mark_rule(color=UNUSABLE, strokeDash=[2, 4], tooltip=None)
    return [
        edge.encode(y=alt.value(STRIP - 6)),
        crosses.encode(tooltip=_tips(axes, value=False)).add_params(_pick(PICK_UNUSABLE)),
        *_ring(base, lost, theme, selected),
    ]


def _seed(runs: pd.DataFrame) -> "pd.Series[str]":
    return runs["seed"].astype("Int64").astype("string").fillna("(unset)")


def _ring(base: alt.Chart, runs: pd.DataFrame, theme: Theme, selected: str | None) -> list[alt.Chart]:
    ring = base.transform_filter(alt.datum.run_key == selected)
    ring = ring.mark_point(shape="circle", size=240, stroke=INK[theme], strokeWidth=2, tooltip=None)
    return [ring] if (runs["run_key"] == selected).any() else []


def _pick(name: str) -> alt.Parameter:
    return alt.selection_point(name=name, fields=["run_key"], on="click", toggle=False)
