"""A chart as a picture file, drawn on the server, so that it is the same from every browser."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import altair as alt
import pandas as pd

COMMAND = (sys.executable, str(Path(__file__).with_name("drawing.py")))
LIMIT_S = 120.0
WIDTH = 900  # px
_LINE = 150  # letters of a subtitle
_HEADLINE = 110  # letters of a title
_GAP = 90  # px that the axis of a chart beside another takes


class DrawingError(Exception):
    """A picture could not be drawn; the message says why, in a sentence."""


def picture(
    chart: alt.LayerChart | alt.ConcatChart,
    kind: Literal["png", "svg"],
    title: str,
    subtitle: Sequence[str],
    *,
    command: Sequence[str] = COMMAND,
    limit_s: float = LIMIT_S,
) -> bytes:
    """Draw the chart with its title: what was measured, on what, and how many runs. PNG has two pixels per px.

    It is drawn by a process of its own, `command` with the kind as its argument, for `limit_s` seconds at most.

    Raises:
        DrawingError: that process took longer, or ended without a picture.
    """
    lines = [line for text in subtitle for line in textwrap.wrap(text, _LINE)]
    headline = textwrap.wrap(title, _HEADLINE)
    titled = (
        _self_contained(chart).properties(width=WIDTH) if isinstance(chart, alt.LayerChart) else chart
    ).properties(
        title=alt.TitleParams(headline, subtitle=lines), padding={"left": 16, "right": 16, "top": 16, "bottom": 12}
    )
    spec = json.dumps(titled.to_dict()).encode()
    try:
        drawn = subprocess.run([*command, kind], input=spec, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise DrawingError(
            f"The {kind.upper()} was not drawn within {limit_s:g} s: filter the runs further, or try again later."
        ) from error
    except OSError as error:
        raise DrawingError(f"The {kind.upper()} was not drawn, because its process did not start: {error}.") from error
    if drawn.returncode or not drawn.stdout:
        said = drawn.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {drawn.returncode}"]
        raise DrawingError(f"The {kind.upper()} was not drawn, because its process ended early: {said[-1]}.")
    return drawn.stdout


def side_by_side(charts: Mapping[str, alt.LayerChart], columns: int) -> alt.ConcatChart:
    """Put charts beside each other, each under its name or its own title, without what only serves clicking."""
    abreast = min(columns, len(charts))
    parts = []
    for name, chart in charts.items():
        part = _self_contained(chart)
        for one in (part, *part.layer):
            one.params = alt.Undefined
        part.config = alt.Undefined
        part.width = part.width if isinstance(part.width, int) else WIDTH * 4 // 3 // abreast - _GAP
        part.title = name if part.title is alt.Undefined else part.title
        parts.append(part)
    whole = alt.concat(*parts, columns=columns).resolve_scale(color="independent")
    whole.config = next(iter(charts.values())).config
    return whole


def _self_contained(chart: alt.LayerChart) -> alt.LayerChart:
    """Write the rows into the chart: altair takes 5,000 at most, a limit that all threads share.

    Its plot gets the size, and its axes come on top: a picture has room.
    """
    copy = chart.copy(deep=True)
    copy.autosize = alt.Undefined
    for part in (copy, *copy.layer):
        if isinstance(part.data, pd.DataFrame):
            part.data = alt.InlineData(values=alt.to_values(part.data)["values"])
    return copy
