"""Histories over their optimiser steps: every run's raw line, smoothed ones, bands over seeds, stage borders."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import altair as alt
import pandas as pd

from pages.shared.charts.curve_data import Curves
from pages.shared.charts.gridmaps import SERIES
from pages.shared.charts.legends import wrapped_legend
from pages.shared.charts.theme import INK, MUTED, TRAIN, UNUSABLE, VALIDATION, Theme, styled, unchecked
from pages.shared.charts.ticks import log_ticks

TRAINING, VALIDATING = "training", "validation"
FEW = 240  # values in a picture: each one gets a mark, as a line between few looks like more data than there is
MOST_NAMED = 12  # series in the legend
MOST_READ = 8  # series in a tip
# Okabe and Ito's palette as a whole: its black is the page's ink, and its yellow dark enough for thin lines.
PALETTE: Mapping[Theme, Sequence[str]] = {
    "light": (*SERIES["light"], INK["light"], "#8A6D00"),
    "dark": (*SERIES["dark"], INK["dark"], "#F0E442"),
}


@unchecked
def curves_chart(
    curves: Curves,
    title: tuple[str, str],
    borders: pd.DataFrame,
    theme: Theme,
    *,
    log: bool,
    height: int = 150,
    names: Mapping[str, str] | None = MappingProxyType({}),
) -> alt.LayerChart | None:
    """Draw one history key; None where nothing usable was logged.

    `title` names the quantity with its unit, and what it was measured on. `borders` has the first step and the name of
    each training stage after the first, and its series if these differ. Crosses at the top: where runs first logged a
    value that is not finite. `names`: of series in the tip under the pointer, where they have others than in the
    legend; None for a picture, which has no pointer.
    """
    if curves.raw.empty:
        return None
    colour = _colour(curves.series, theme)
    step = alt.X(
        "step:Q",
        title="optimiser step",
        scale=alt.Scale(nice=False, domain=[0, curves.end]),
        axis=alt.Axis(tickCount=5, grid=False, format="~s" if curves.end >= 1e5 else ",d"),
    )
    value = _value_axis(curves, log)
    who = [alt.Tooltip("label:N", title="run")]
    if set(zip(curves.raw["series"], curves.raw["label"], strict=True)) - {(name, name) for name in curves.series}:
        who.append(alt.Tooltip("series:N", title="of"))
    quiet = len(curves.smooth) > 0 or len(curves.bands) > 0
    raw = alt.Chart(curves.raw).encode(x=step, y=value, color=colour, detail=["label:N", "part:Q"])
    width, opacity = (0.8, 0.3) if quiet else (1.5 if curves.n_lines < 10 else 1.0, 1.0 if curves.n_lines < 10 else 0.6)
    layers = [*_borders(borders, colour, theme), *(_readings(curves, step, theme, names) if names is not None else [])]
    layers += _bands(curves, step, value, colour)
    layers.append(raw.mark_line(strokeWidth=width, strokeOpacity=opacity, clip=True).encode(tooltip=who))
    marks = curves.raw if len(curves.raw) <= FEW else _lonely(curves.raw)
    if len(marks):
        tips = [*who, alt.Tooltip("step:Q"), alt.Tooltip("value:Q", title=title[0], format=".4~g")]
        layers.append(raw.properties(data=marks).mark_circle(size=26, opacity=1).encode(tooltip=tips))
    if len(curves.smooth):
        smooth = raw.properties(data=curves.smooth).mark_line(
            strokeWidth=1.8 if curves.n_lines < 10 else 1.2, clip=True
        )
        layers.append(smooth.encode(tooltip=who))
    layers += _lost(curves, step, who)
    return styled(layers, theme, height=height).properties(title=alt.TitleParams(title[0], subtitle=title[1]))


def _value_axis(curves: Curves, log: bool) -> alt.Y:
    shown = [*curves.raw["value"], *curves.bands["low"], *curves.bands["high"]]
    ticks = log_ticks(shown) if log else []
    return alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(type="log" if log else "linear", zero=alt.Undefined if log else False, nice=not log),
        axis=alt.Axis(values=ticks, format="~g") if ticks else alt.Axis(tickCount=5, format="~g"),
    )


def _colour(series: Sequence[str], theme: Theme) -> alt.Color:
    """The colours of series: training and validation have theirs; a few are told apart; many are in order."""
    names = list(series)
    legend = None
    if len(names) > 1:
        legend = wrapped_legend(names[:MOST_NAMED], symbolType="stroke", symbolStrokeWidth=3)
    if set(names) <= {TRAINING, VALIDATING}:
        scale = alt.Scale(domain=[TRAINING, VALIDATING], range=[TRAIN[theme], VALIDATION])
    elif len(names) <= len(PALETTE[theme]):
        scale = alt.Scale(domain=names, range=list(PALETTE[theme][: len(names)]))
    else:
        extent = [0.25, 1.0] if theme == "dark" else [0.0, 0.88]
        return alt.Color(
            "series:O", scale=alt.Scale(domain=names, scheme=alt.SchemeParams("viridis", extent=extent)), legend=legend
        )
    return alt.Color("series:N", scale=scale, legend=legend)


def _bands(curves: Curves, step: alt.X, value: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    if curves.bands.empty:
        return []
    base = alt.Chart(curves.bands).encode(x=step, color=colour)
    tips = [alt.Tooltip("series:N", title="median of")]
    area = base.mark_area(fillOpacity=0.2, strokeWidth=0, tooltip=None)
    median = base.mark_line(strokeWidth=2.2, clip=True)
    return [
        area.encode(y=_field(value, "low"), y2="high:Q"),
        median.encode(y=_field(value, "median"), tooltip=tips),
    ]


def _field(value: alt.Y, name: str) -> alt.Y:
    """The value axis, for one more column."""
    copy = value.copy()
    copy.shorthand = f"{name}:Q"
    return copy


def _borders(borders: pd.DataFrame, colour: alt.Color, theme: Theme) -> list[alt.Chart]:
    if borders.empty:
        return []
    base = alt.Chart(borders).encode(x="step:Q")
    if "series" in borders:
        return [base.mark_rule(strokeDash=[3, 3], strokeOpacity=0.8, tooltip=None).encode(color=colour)]
    rule = base.mark_rule(color=MUTED[theme], strokeDash=[3, 3], tooltip=None)
    name = base.mark_text(align="left", baseline="top", dx=4, fontSize=11, color=MUTED[theme], tooltip=None)
    return [rule, name.encode(y=alt.value(0), text="name:N")]


def _lost(curves: Curves, step: alt.X, who: list[alt.Tooltip]) -> list[alt.Chart]:
    """Where runs stopped having finite values: they are not on the axis, and have a place at its top."""
    if curves.lost.empty:
        return []
    marks = alt.Chart(curves.lost).mark_point(shape="cross", size=70, filled=True, color=UNUSABLE, opacity=1)
    tips = [*who, alt.Tooltip("step:Q", title="not finite from step")]
    return [marks.encode(x=step, y=alt.value(8), tooltip=tips)]


def _readings(curves: Curves, step: alt.X, theme: Theme, names: Mapping[str, str]) -> list[alt.Chart]:
    """Thin upright places to read values at: a tip on a line itself could only tell of its first point."""
    if len(curves.series) > MOST_READ:
        return []
    titles: Mapping[str, str] = {f"s{i}": name for i, name in enumerate(curves.series)}
    tips = [alt.Tooltip(f"{field}:Q", title=names.get(name, name), format=".4~g") for field, name in titles.items()]
    hover = alt.selection_point(name="reading", on="pointerover", clear="pointerout", fields=["step"], empty=False)
    rule = alt.Chart(curves.tips).mark_rule(color=INK[theme], strokeWidth=6)
    seen = alt.when(hover).then(alt.value(0.15)).otherwise(alt.value(0.0))
    return [rule.encode(x=step, opacity=seen, tooltip=[alt.Tooltip("step:Q"), *tips]).add_params(hover)]


def _lonely(raw: pd.DataFrame) -> pd.DataFrame:
    """Values with nothing finite beside them: no line shows them."""
    alone = raw.groupby(["label", "part"], sort=False)["step"].transform("size") == 1
    return raw[alone]
