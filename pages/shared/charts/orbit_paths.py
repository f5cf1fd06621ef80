"""Orbits of a dataset as paths around the Earth, to scale, coloured by a run's error on each."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from orbitsens.constants import EARTH_RADIUS_KM
from pages.shared.charts.theme import RUN, VALIDATION, Theme, styled, unchecked
from pages.shared.charts.ticks import log_ticks

TRAINING, VALIDATING = "training", "validation"
MOST_POINTS = 6000  # of all paths together
_SIZE = 300  # px
_EARTH = "#3B7DB5"
PLANES: Mapping[str, tuple[int, int]] = {"x, y": (0, 1), "x, z": (0, 2)}


@unchecked
def orbit_paths(positions: list[np.ndarray], orbits: pd.DataFrame, plane: str, theme: Theme) -> alt.LayerChart:
    """Draw paths in one of `PLANES`, to scale, with the Earth.

    `positions` are those of each orbit [sample, 3] in km, closed; `orbits` has a row for each: orbit (its number),
    role (training or validation), a_km, e, and error (%), NaN where it is not known. Where every error is missing
    the colour is the role's.
    """
    first, second = PLANES[plane]
    stride = max(1, sum(map(len, positions)) // MOST_POINTS)
    rows = []
    for place, path in enumerate(positions):
        kept = np.vstack([path[::stride], path[-1:]])
        rows.append(pd.DataFrame({"x": kept[:, first], "y": kept[:, second], "i": range(len(kept)), "place": place}))
    frame = pd.concat(rows).merge(orbits.assign(place=range(len(orbits))), on="place").round({"x": 1, "y": 1})
    reach = 1.06 * max(EARTH_RADIUS_KM, *(float(np.abs(path).max()) for path in positions))
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    km = alt.Axis(tickCount=5, labelExpr="format(datum.value / 1000, ',.0f')")
    names = plane.split(", ")
    x = alt.X("x:Q", axis=km, scale=scale, title=f"{names[0]} (1000 km)")
    y = alt.Y("y:Q", axis=km, scale=scale, title=f"{names[1]} (1000 km)")
    angle = np.linspace(0.0, 2.0 * np.pi, 73)
    globe = alt.Chart(
        pd.DataFrame({"x": EARTH_RADIUS_KM * np.cos(angle), "y": EARTH_RADIUS_KM * np.sin(angle), "i": range(73)})
    ).mark_line(color=_EARTH, fill=_EARTH, fillOpacity=0.55, tooltip=None)
    tips = [
        alt.Tooltip("orbit:Q"),
        alt.Tooltip("role:N"),
        alt.Tooltip("a_km:Q", title="semi-major axis (km)", format=",.0f"),
        alt.Tooltip("e:Q", title="eccentricity", format=".3f"),
        alt.Tooltip("error:Q", title="acceleration error (%)", format=".3~g"),
    ]
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=1.6 if len(orbits) <= 20 else 1.0, clip=True)
        .encode(
            x=x,
            y=y,
            order="i:Q",
            detail="place:Q",
            color=_colour(orbits, theme),
            strokeDash=alt.StrokeDash(
                "role:N", scale=alt.Scale(domain=[TRAINING, VALIDATING], range=[[1, 0], [5, 3]]), legend=None
            ),
            tooltip=tips,
        )
    )
    layers = [globe.encode(x=x, y=y, order="i:Q"), lines]
    return styled(layers, theme, height=_SIZE).properties(width=_SIZE, autosize="pad")


def _colour(orbits: pd.DataFrame, theme: Theme) -> alt.Color:
    known = orbits["error"][np.isfinite(orbits["error"]) & (orbits["error"] > 0.0)]
    if known.empty:
        scale = alt.Scale(domain=[TRAINING, VALIDATING], range=[RUN[theme], VALIDATION])
        legend = alt.Legend() if orbits["role"].nunique() > 1 else None
        return alt.Color("role:N", scale=scale, legend=legend)
    extent = [0.2, 1.0] if theme == "dark" else [0.0, 0.9]
    log = known.max() > known.min()
    scheme = alt.SchemeParams("viridis", extent=extent)
    domain = [known.min(), known.max()] if log else alt.Undefined
    scale = alt.Scale(type="log" if log else "linear", scheme=scheme, domain=domain)
    legend = alt.Legend(
        title="acceleration error (%)",
        titleLimit=300,
        gradientLength=200,
        values=log_ticks([known.min(), known.max()])[:5] or alt.Undefined,
        format="~g",
    )
    return alt.Color("error:Q", scale=scale, legend=legend)
