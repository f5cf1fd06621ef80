"""Effects of parameters, and their importances, against what noise alone would show."""

import altair as alt
import pandas as pd

from orbitsens.sensitivity.effects import MATTERS, NO_MATTER, UNKNOWN, Effects
from orbitsens.sensitivity.importance import Importances
from orbitsens.sensitivity.labels import label
from pages.shared.charts.theme import INK, MUTED, RUN, UNUSABLE, VALIDATION, Theme, styled, unchecked

ROW = 48  # px


@unchecked
def effect_chart(found: Effects, theme: Theme) -> alt.LayerChart:
    """One row per parameter: its effect and interval in units of the noise; the dashed line is the noise itself."""
    table = found.table.dropna(subset=["effect"]).sort_values("effect", ascending=False, kind="stable")
    frame = pd.DataFrame(
        {
            "parameter": table["parameter"].map(label),
            "values": table["worst"] + " against " + table["best"],
            "effect": table["effect"] / found.floor,
            "low": table["low"] / found.floor,
            "high": table["high"] / found.floor,
            "verdict": table["verdict"],
        }
    )
    y = alt.Y("parameter:N", sort=frame["parameter"].tolist(), title=None)
    title = "largest difference between two values, in seed-noise standard deviations"
    verdicts = [MATTERS, NO_MATTER, UNKNOWN]
    colour = alt.Color(
        "verdict:N", scale=alt.Scale(domain=verdicts, range=[RUN[theme], UNUSABLE, VALIDATION]), legend=alt.Legend()
    )
    base = alt.Chart(frame).encode(y=y, color=colour)
    tips = [
        *(alt.Tooltip(f"{n}:N") for n in ("parameter", "values", "verdict")),
        *(alt.Tooltip(f"{n}:Q", format=".2f") for n in ("effect", "low", "high")),
    ]
    return styled(
        [
            _line(0.0, [], theme),
            _line(1.0, [5, 4], theme),
            base.mark_rule(strokeWidth=3, strokeOpacity=0.6).encode(x=alt.X("low:Q", title=title), x2=alt.X2("high:Q")),
            base.mark_point(filled=True, size=110, opacity=1.0).encode(x=alt.X("effect:Q"), tooltip=tips),
        ],
        theme,
        height=max(160, ROW * len(frame)),
    )


@unchecked
def importance_chart(found: Importances, theme: Theme) -> alt.LayerChart:
    """One row per parameter: its permutation importance and interval; grey inside the band of permuted responses."""
    frame = found.table[["parameter", "importance", "low", "high", "real"]]
    frame = frame.assign(parameter=frame["parameter"].map(label))
    y = alt.Y("parameter:N", sort=frame["parameter"].tolist(), title=None)
    colour = alt.condition(alt.datum.real, alt.value(RUN[theme]), alt.value(UNUSABLE))
    base = alt.Chart(frame).encode(y=y, color=colour)
    title = "loss of held-out R2 when the parameter is shuffled"
    return styled(
        [
            _line(float(found.table["band"].max()), [5, 4], theme),
            base.mark_rule(strokeWidth=3, strokeOpacity=0.6).encode(x=alt.X("low:Q", title=title), x2=alt.X2("high:Q")),
            base.mark_point(filled=True, size=110, opacity=1.0).encode(x=alt.X("importance:Q")),
        ],
        theme,
        height=max(160, ROW * len(frame)),
    )


def _line(at: float, dash: list[int], theme: Theme) -> alt.Chart:
    ink = INK[theme] if dash else MUTED[theme]
    rule = alt.Chart(pd.DataFrame({"at": [at]})).mark_rule(color=ink, strokeDash=dash or alt.Undefined)
    return rule.encode(x=alt.X("at:Q"))
