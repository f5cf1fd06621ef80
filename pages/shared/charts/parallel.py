"""Parallel coordinates: an axis per parameter, the metric last; every run a line or, of many, part of a bundle."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from pages.shared.charts.axes import Axis, worded
from pages.shared.charts.colours import of_value
from pages.shared.charts.gridmaps import ColourScale
from pages.shared.charts.theme import INK, MUTED, PAPER, UNUSABLE, Theme, styled, unchecked

BRUSH = "brush"
MOST_LINES = 500  # runs, up to which each is a line of its own
HEIGHT = 380  # px
NARROW = 130  # px of an axis
LETTERS, LINE = 14, 12  # of a line of a tick's words, and its height in px
_AROUND = 0.06  # of an axis' height, beyond its last place


class _On(NamedTuple):
    """What all layers share."""

    axes: Sequence[Axis]
    x: alt.X
    y: alt.Y
    scale: ColourScale
    theme: Theme


@unchecked
def parallel(runs: pd.DataFrame, axes: Sequence[Axis], scale: ColourScale, theme: Theme) -> alt.LayerChart:
    """Draw runs (columns run_id, value) over axes whose places are in the order of their rows.

    Colour: the value; grey: runs without a finite one. A drag selects `BRUSH`: numbers of axes as x, places as y.
    """
    lowest = min(0.0, *(one.places.min() for one in axes)) - _AROUND
    highest = max(1.0, *(one.places.max() for one in axes)) + _AROUND
    titles = json.dumps([one.title for one in axes])
    narrow = f"width < {NARROW * len(axes)}"  # there titles would run into each other
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.4, len(axes) - 0.85], nice=False, zero=False),
        title=None,
        axis=alt.Axis(
            values=list(range(len(axes))),
            labelExpr=f"{titles}[datum.value]",
            orient="top",
            grid=False,
            labelColor=INK[theme],
            labelLimit=max(160, 1000 // len(axes)),
            labelOverlap=False,
            labelAngle=alt.ExprRef(f"{narrow} ? -40 : 0"),
            labelAlign=alt.ExprRef(f"{narrow} ? 'left' : 'center'"),
            labelBaseline=alt.ExprRef(f"{narrow} ? 'middle' : 'bottom'"),
        ),
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[lowest, highest], nice=False, zero=False), axis=None)
    on = _On(axes, x, y, scale, theme)
    marks = _lines(runs, on) if len(runs) <= MOST_LINES else _bundles(runs, on)
    marks[-1] = marks[-1].add_params(alt.selection_interval(name=BRUSH, encodings=["x", "y"]))
    return styled([_rails(on), *marks, *_ticks(on)], theme, height=HEIGHT)


def bundles(runs: pd.DataFrame, axes: Sequence[Axis]) -> pd.DataFrame:
    """Count the runs between each pair of places of neighbouring axes, and take their median value.

    Columns: x, y, x2, y2 (numbers of axes, places), n, value (NaN: none finite), from, to (words of the places). Axes
    with many numbers are cut into stretches.
    """
    value = runs["value"].to_numpy(np.float64, na_value=np.nan)
    cut = [one.stretches() for one in axes]
    parts = []
    for i in range(len(axes) - 1):
        frame = pd.DataFrame({"y": cut[i], "y2": cut[i + 1], "value": np.where(np.isfinite(value), value, np.nan)})
        found = frame.groupby(["y", "y2"], as_index=False).agg(n=("value", "size"), value=("value", "median"))
        words = {"from": worded(axes[i], found["y"].tolist()), "to": worded(axes[i + 1], found["y2"].tolist())}
        parts.append(found.assign(x=i, x2=i + 1, **words))
    return pd.concat(parts, ignore_index=True)


def _lines(runs: pd.DataFrame, on: _On) -> list[alt.Chart]:
    value = runs["value"].astype(float)
    parts = [
        pd.DataFrame({"run": runs["run_id"], "line": range(len(runs)), "value": value, "x": i, "y": one.places})
        for i, one in enumerate(on.axes)
    ]
    frame = pd.concat(parts, ignore_index=True)
    few = len(runs) <= 100
    tips = [alt.Tooltip("run:N"), alt.Tooltip("value:Q", title=on.scale.title, format=".4~g")]
    return [
        alt.Chart(rows)
        .mark_line(strokeWidth=1.8 if few else 1.2, strokeOpacity=0.8 if few else 0.55)
        .encode(x=on.x, y=on.y, detail="line:N", order="x:Q", tooltip=tips, color=colour)
        for rows, colour in _coloured(frame, on)
    ]


def _bundles(runs: pd.DataFrame, on: _On) -> list[alt.Chart]:
    frame = bundles(runs, on.axes)
    width = alt.StrokeWidth("n:Q", scale=alt.Scale(type="sqrt", domain=[0, int(frame["n"].max())], range=[0.8, 14]))
    tips = [
        alt.Tooltip("n:Q", title="runs", format=","),
        alt.Tooltip("from:N"),
        alt.Tooltip("to:N"),
        alt.Tooltip("value:Q", title=f"median {on.scale.title}", format=".4~g"),
    ]
    return [
        alt.Chart(rows)
        .mark_rule(strokeOpacity=0.6, strokeCap="butt")
        .encode(x=on.x, x2="x2:Q", y=on.y, y2="y2:Q", strokeWidth=width.legend(None), color=colour, tooltip=tips)
        for rows, colour in _coloured(frame, on)
    ]


def _coloured(frame: pd.DataFrame, on: _On) -> list[tuple[pd.DataFrame, alt.Color | alt.ColorValue]]:
    """The rows without a finite value, in grey, below those with one; at least one of the two has rows."""
    finite = np.isfinite(frame["value"])
    grey: alt.Color | alt.ColorValue = alt.ColorValue(UNUSABLE)
    parts = [(frame[~finite].assign(value=None), grey), (frame[finite], of_value(on.scale, on.theme))]
    return [(rows, colour) for rows, colour in parts if len(rows)]


def _rails(on: _On) -> alt.Chart:
    """The axes themselves."""
    ends = pd.DataFrame({"x": range(len(on.axes)), "y": 0.0, "y2": 1.0})
    return alt.Chart(ends).mark_rule(color=MUTED[on.theme], tooltip=None).encode(x=on.x, y=on.y, y2="y2:Q")


def _ticks(on: _On) -> list[alt.Chart]:
    """What the places of the axes are, at their left, readable over any line."""
    rows = [{"x": i, "y": at, "words": _broken(words)} for i, one in enumerate(on.axes) for at, words in one.ticks]
    frame = pd.DataFrame(rows)
    base = alt.Chart(frame).encode(x=on.x, y=on.y)
    dots = base.mark_point(shape="circle", size=14, filled=True, opacity=1, color=MUTED[on.theme], tooltip=None)
    room = {"expr": f"max(24, width / {len(on.axes)} - 14)"}
    layers = []
    for n_lines, part in frame.groupby(frame["words"].str.count("\n") + 1):
        words = alt.Chart(part).encode(x=on.x, y=on.y, text="words:N")
        layers += [_words(words, n_lines, room, PAPER[on.theme], 4), _words(words, n_lines, room, INK[on.theme], 0)]
    return [*layers, dots]


def _broken(words: str) -> str:
    """Break a long name after its underscores, so that it fits between two axes."""
    lines = [""]
    for part in re.findall(r"[^_ ]*[_ ]?", words):
        if lines[-1] and len(lines[-1]) + len(part.rstrip()) > LETTERS:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _words(base: alt.Chart, n_lines: int, room: Mapping[str, str], ink: str, stroke: int) -> alt.Chart:
    return base.mark_text(
        align="right", baseline="middle", dx=-6, dy=-0.5 * LINE * (n_lines - 1), fontSize=11, limit=room,
        lineBreak="\n", lineHeight=LINE, tooltip=None, color=ink, stroke=ink, strokeWidth=stroke, strokeJoin="round",
    )  # fmt: skip
