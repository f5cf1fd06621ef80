"""One orbit of a grid: its true and its rolled-out path to scale, accelerations, and the error along it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from orbitsens.constants import EARTH_RADIUS_KM, MU_KM3_S2
from orbitsens.grid_settings import arrow_samples
from pages.shared.charts.theme import GREEN, INK, MUTED, VERMILLION, Theme, styled, unchecked
from pages.shared.charts.ticks import log_ticks

TRUE, MODEL = "true", "model"
_SIZE = 300  # px, of the plane itself: the paths are to scale


class CellOrbit(NamedTuple):
    """A cell's orbit: elements (km, degrees) and what lies along it, as `store.gridfiles` names it."""

    a_km: float
    e: float
    argument_deg: float
    start_deg: float
    along: Mapping[str, Sequence[float]]

    def anomalies_deg(self, n: int) -> np.ndarray:
        """True anomalies of the first `n` samples; one revolution has as many as `error_along`."""
        return self.start_deg + np.arange(n) * (360.0 / len(self.along["error_along"]))

    def positions(self, n: int) -> np.ndarray:
        """True positions [n, 2] in the plane of the orbit, km."""
        nu = np.radians(self.anomalies_deg(n))
        radius = self.a_km * (1.0 - self.e**2) / (1.0 + self.e * np.cos(nu))
        angle = np.radians(self.argument_deg) + nu
        return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


@unchecked
def orbit_picture(orbit: CellOrbit, theme: Theme) -> alt.LayerChart:
    """Draw the paths to scale with the Earth, and arrows: the model's acceleration relative to the true one."""
    n = len(orbit.along["error_along"])
    closed = np.vstack([orbit.positions(n), orbit.positions(1)])
    paths = [_path(closed, TRUE)]
    reach = 1.12 * float(np.abs(closed).max())
    if "path_x" in orbit.along:
        rolled = np.column_stack([orbit.along["path_x"], orbit.along["path_y"]]).astype(float)
        # A path that leaves is drawn up to where it leaves.
        inside = np.isfinite(rolled).all(axis=1) & (np.abs(rolled) < 1.6 * reach).all(axis=1)
        length = len(rolled) if inside.all() else int(np.argmin(inside))
        paths.append(_path(rolled[:length], MODEL))
        reach = max(reach, 1.05 * float(np.abs(rolled[:length]).max(initial=0.0)))
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    km = alt.Axis(tickCount=5, labelExpr="format(datum.value / 1000, ',.0f')")
    x, y = alt.X("x:Q", axis=km, scale=scale, title=None), alt.Y("y:Q", axis=km, scale=scale, title=None)
    legend = alt.Legend(title=None)
    colour = alt.Color("what:N", scale=alt.Scale(domain=[TRUE, MODEL], range=[GREEN, VERMILLION]), legend=legend)
    earth = np.linspace(0.0, 2.0 * np.pi, 73)
    globe = alt.Chart(
        pd.DataFrame({"x": EARTH_RADIUS_KM * np.cos(earth), "y": EARTH_RADIUS_KM * np.sin(earth), "i": range(73)})
    ).mark_line(color="#3B7DB5", fill="#3B7DB5", fillOpacity=0.55, tooltip=None)
    lines = alt.Chart(pd.concat(paths)).mark_line(strokeWidth=2, tooltip=None, clip=True)
    arrows = alt.Chart(_arrows(orbit, 0.14 * reach)).mark_rule(strokeWidth=1.6, tooltip=None)
    layers = [
        globe.encode(x=x, y=y, order="i:Q"),
        arrows.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", color=colour, strokeOpacity=alt.value(0.8)),
        lines.encode(x=x, y=y, color=colour, order="i:Q", strokeDash=alt.StrokeDash("what:N", legend=None)),
    ]
    title = alt.TitleParams(
        "orbit in its plane (1000 km)", subtitle="arrows: acceleration, the true one of unit length"
    )
    return styled(layers, theme, height=_SIZE).properties(width=_SIZE, title=title, autosize="pad")


def _path(points: np.ndarray, what: str) -> pd.DataFrame:
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "i": np.arange(len(points)), "what": what})


def _arrows(orbit: CellOrbit, length: float) -> pd.DataFrame:
    found = np.column_stack([orbit.along["acceleration_x"], orbit.along["acceleration_y"]]).astype(float)
    n = len(orbit.along["error_along"])
    position = orbit.positions(n)[arrow_samples(n, len(found))]
    true = -MU_KM3_S2 * position / np.linalg.norm(position, axis=1, keepdims=True) ** 3
    size = np.linalg.norm(true, axis=1, keepdims=True)
    parts = []
    for what, vectors in ((TRUE, true), (MODEL, found)):
        end = position + length * vectors / size
        columns = {"x": position[:, 0], "y": position[:, 1], "x2": end[:, 0], "y2": end[:, 1]}
        parts.append(pd.DataFrame(columns).assign(what=what))
    return pd.concat(parts)


@unchecked
def along_orbit(orbit: CellOrbit, column: str, title: str, log: bool, theme: Theme) -> alt.LayerChart:
    """Draw what is kept along the orbit over its true anomaly since the first sample."""
    values = np.asarray(orbit.along[column], dtype=float)
    angle = orbit.anomalies_deg(len(values)) - orbit.start_deg
    frame = pd.DataFrame({"angle": angle, "value": values})
    frame = frame[np.isfinite(values) & ((values > 0.0) | (not log))]
    turns = max(1.0, float(angle[-1]) / 360.0)
    ticks = [float(x) for x in np.arange(0.0, angle[-1] + 91.0, 90.0 * np.ceil(turns))]
    x = alt.X(
        "angle:Q",
        title="true anomaly since the first sample (deg)",
        axis=alt.Axis(values=ticks, grid=False),
        scale=alt.Scale(domain=[0.0, float(angle[-1])], nice=False),
    )
    scale = alt.Scale(type="log" if log else "linear", zero=alt.Undefined if log else True)
    ticks_y = log_ticks(frame["value"].tolist()) if log else []
    y_axis = alt.Axis(values=ticks_y, format="~g") if ticks_y else alt.Axis(tickCount=5, format="~g")
    y = alt.Y("value:Q", title=None, scale=scale, axis=y_axis)
    line = alt.Chart(frame.round(6)).mark_line(color=VERMILLION, strokeWidth=1.8)
    tips = [alt.Tooltip("angle:Q", format=".0f"), alt.Tooltip("value:Q", title=title, format=".4~g")]
    apsides = pd.DataFrame({"angle": [-orbit.start_deg % 360.0, (180.0 - orbit.start_deg) % 360.0]})
    apsides["name"] = ["periapsis", "apoapsis"]
    marks = alt.Chart(apsides).mark_rule(color=MUTED[theme], strokeDash=[3, 3], tooltip=None).encode(x="angle:Q")
    words = alt.Chart(apsides).mark_text(
        align="left", baseline="top", dx=4, fontSize=11, color=INK[theme], tooltip=None
    )
    layers = [marks, words.encode(x="angle:Q", y=alt.value(0), text="name:N"), line.encode(x=x, y=y, tooltip=tips)]
    return styled(layers, theme, height=140).properties(title=alt.TitleParams(title))
