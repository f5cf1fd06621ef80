"""A run's histories over its optimiser steps, the borders between its training stages marked."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from pages.shared.charts.theme import MUTED, TRAIN, VALIDATION, Theme, styled
from pages.shared.charts.ticks import log_ticks

TRAINING, VALIDATING = "training", "validation"
# Below this many values each one gets a mark: a line between few points looks like more data than there is.
FEW = 80


def curve(
    history: pd.DataFrame, keys: Sequence[str], title: tuple[str, str], borders: Sequence[int], log: bool, theme: Theme
) -> alt.LayerChart | None:
    """Draw one history: `keys` are the key on the training data and, if there is one, that on the validation data.

    `history` has a column `step` and one per key, missing values NaN; `title` names the quantity with its unit, and
    what it was measured on; `borders` are the first steps of the stages after the first. None if nothing finite, and
    positive for `log`, was logged.
    """
    frame = _long(history, keys, log)
    if frame.empty:
        return None
    series = [TRAINING, VALIDATING][: frame["on"].nunique()]
    ticks = log_ticks(frame["value"].dropna().tolist()) if log else []
    step = alt.X(
        "step:Q",
        title="optimiser step",
        scale=alt.Scale(nice=False, domain=[0, int(history["step"].max())]),
        axis=alt.Axis(tickCount=5, grid=False),
    )
    value = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(type="log" if log else "linear", zero=alt.Undefined if log else False, nice=not log),
        axis=alt.Axis(values=ticks, format="~g") if ticks else alt.Axis(tickCount=5, format="~g"),
    )
    color = alt.Color(
        "on:N",
        scale=alt.Scale(domain=[TRAINING, VALIDATING], range=[TRAIN[theme], VALIDATION]),
        legend=alt.Legend(values=series) if len(series) > 1 else None,
    )
    tips = [alt.Tooltip("step:Q"), alt.Tooltip("value:Q", title=title[0], format=".4~g"), alt.Tooltip("on:N")]
    base = alt.Chart(frame).encode(x=step, y=value, color=color, detail="on:N")
    layers = [*_stages(borders, theme), base.mark_line(strokeWidth=1.5, clip=True).encode(tooltip=tips)]
    few = frame.groupby("on").filter(lambda part: part["value"].count() < FEW)
    if len(few):
        layers.append(base.properties(data=few).mark_circle(size=26, opacity=1).encode(tooltip=tips))
    return styled(layers, theme, height=210).properties(title=alt.TitleParams(title[0], subtitle=title[1]))


def stage_borders(history: pd.DataFrame) -> list[int]:
    """Return the first logged step of each training stage after the first, from the history's `curriculum_phase`."""
    if "curriculum_phase" not in history:
        return []
    phase = history.dropna(subset="curriculum_phase").sort_values("step")
    return [int(step) for step in phase["step"][phase["curriculum_phase"].diff().fillna(0.0) != 0.0]]


def _long(history: pd.DataFrame, keys: Sequence[str], log: bool) -> pd.DataFrame:
    """One row per point; a key logged at most steps keeps its gaps, so that the line breaks and bridges nothing."""
    parts = []
    for key, on in zip(keys, (TRAINING, VALIDATING), strict=False):
        if key not in history:
            continue
        usable = np.isfinite(history[key]) & ((history[key] > 0.0) | (not log))
        part = pd.DataFrame({"step": history["step"], "value": history[key].where(usable), "on": on})
        if usable.any():
            parts.append(part if usable.mean() > 0.5 else part[usable])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["step", "value", "on"])


def _stages(borders: Sequence[int], theme: Theme) -> list[alt.Chart]:
    if not borders:
        return []
    frame = pd.DataFrame({"step": list(borders), "name": [f"stage {i + 2}" for i in range(len(borders))]})
    base = alt.Chart(frame).encode(x="step:Q")
    rule = base.mark_rule(color=MUTED[theme], strokeDash=[3, 3], tooltip=None)
    name = base.mark_text(align="left", baseline="top", dx=4, fontSize=11, color=MUTED[theme], tooltip=None)
    return [rule, name.encode(y=alt.value(0), text="name:N")]
