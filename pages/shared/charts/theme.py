"""The one look of all charts: colours, and the style that goes on every chart last."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

import altair as alt
from altair.utils.schemapi import debug_mode

P = ParamSpec("P")
T = TypeVar("T")

# Okabe and Ito's palette, readable for colour-blind people.
BLUE = "#0072B2"
SKY = "#56B4E9"
ORANGE = "#E69F00"
GREEN = "#009E73"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#8C8C8C"

Theme = Literal["light", "dark"]

# The same thing has the same colour everywhere; the two blues of the palette serve light and dark ground.
RUN: Mapping[Theme, str] = {"light": BLUE, "dark": SKY}
TRAIN = RUN
OUTLIER, UNUSABLE, VALIDATION = VERMILLION, GREY, ORANGE

INK: Mapping[Theme, str] = {"light": "#26282B", "dark": "#E8E8E6"}
PAPER: Mapping[Theme, str] = {"light": "#FFFFFF", "dark": "#121417"}
MUTED: Mapping[Theme, str] = {"light": "#5C6066", "dark": "#A9ADB3"}
GRID: Mapping[Theme, str] = {"light": "#E6E8EA", "dark": "#2A2E33"}


class Layers(alt.LayerChart):
    """Layers that are not checked against Vega-Lite's schema whenever they are drawn: that took half of a redraw.

    The tests check every chart of every page.
    """

    def to_dict(self, validate: bool = False, **more: Any) -> dict[str, Any]:
        """As altair's, but for the default."""
        return super().to_dict(validate=validate, **more)


def unchecked(draw: Callable[P, T]) -> Callable[P, T]:
    """Build a chart without altair's check of each of its parts, as altair itself does when it copies one."""

    @wraps(draw)
    def drawn(*args: P.args, **named: P.kwargs) -> T:
        with debug_mode(False):
            return draw(*args, **named)

    return drawn


def styled(layers: Sequence[alt.Chart], theme: Theme, *, height: int) -> Layers:
    """Put layers into one chart, as wide as its place, its plot `height` px high, with the look of page and picture."""
    # "fit-x": axes and legends take of the width only; a low plot would end up with no height at all.
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    return Layers(layer=list(layers), height=height, width="container", autosize=fit, config=_config(theme))


def _config(theme: Theme) -> alt.Config:
    """The look as one object: each of altair's `configure_...` would copy the chart with all its layers."""
    return alt.Config(
        background=PAPER[theme],
        font="Source Sans, Source Sans Pro, DejaVu Sans, sans-serif",
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=MUTED[theme],
            titleColor=MUTED[theme],
            gridColor=GRID[theme],
            domain=False,
            ticks=False,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelPadding=6,
            titlePadding=10,
        ),
        title=alt.TitleConfig(
            color=INK[theme], subtitleColor=MUTED[theme], anchor="start", fontSize=14, fontWeight="normal", offset=10
        ),
        legend=alt.LegendConfig(
            labelColor=MUTED[theme], titleColor=MUTED[theme], orient="top", title=None, labelFontSize=12
        ),
        text=alt.MarkConfig(color=MUTED[theme], fontSize=12),
    )
