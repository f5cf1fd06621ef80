"""A chart as a picture file, drawn on the server, so that it is the same from every browser."""

from collections.abc import Sequence
from typing import Literal

import altair as alt
import pandas as pd

WIDTH = 900  # px


def picture(chart: alt.LayerChart, kind: Literal["png", "svg"], title: str, subtitle: Sequence[str]) -> bytes:
    """Draw the chart with its title: what was measured, on what, and how many runs. PNG has two pixels per px."""
    import vl_convert

    titled = _self_contained(chart).properties(
        width=WIDTH,
        title=alt.TitleParams(title, subtitle=list(subtitle)),
        padding={"left": 16, "right": 16, "top": 16, "bottom": 12},
    )
    spec = titled.to_dict()
    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec).encode()
    return vl_convert.vegalite_to_png(spec, scale=2.0)


def _self_contained(chart: alt.LayerChart) -> alt.LayerChart:
    """Write the rows into the chart: altair takes 5,000 at most, a limit that all threads share."""
    copy = chart.copy(deep=True)
    for part in (copy, *copy.layer):
        if isinstance(part.data, pd.DataFrame):
            part.data = alt.InlineData(values=alt.to_values(part.data)["values"])
    return copy
