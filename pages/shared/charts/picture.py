"""A chart as a picture file, drawn on the server, so that it is the same from every browser."""

from collections.abc import Sequence
from typing import Literal

import altair as alt

WIDTH = 900  # px


def picture(chart: alt.LayerChart, kind: Literal["png", "svg"], title: str, subtitle: Sequence[str]) -> bytes:
    """Draw the chart with its title: what was measured, on what, and how many runs. PNG has two pixels per px."""
    import vl_convert

    titled = chart.properties(
        width=WIDTH,
        title=alt.TitleParams(title, subtitle=list(subtitle)),
        padding={"left": 16, "right": 16, "top": 16, "bottom": 12},
    )
    spec = titled.to_dict()
    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec).encode()
    return vl_convert.vegalite_to_png(spec, scale=2.0)
