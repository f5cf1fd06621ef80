"""Effects of parameters with the intervals that decide, and importances against what noise alone would show."""

import altair as alt
import pandas as pd

from orbitsens.sensitivity.effects import MATTERS, NO_MATTER, UNKNOWN, Effects
from orbitsens.sensitivity.importance import Importances
from orbitsens.sensitivity.labels import label
from pages.shared.charts.theme import INK, MUTED, RUN, UNUSABLE, VALIDATION, Theme, styled, unchecked

ROW = 48  # px


@unchecked
def effect_chart(found: Effects, theme: Theme) -> alt.LayerChart:
    """One row per parameter: its largest effect, the interval that decides whether it matters, and its bound.

    Factors on a logarithmic axis, or differences where the response has no logarithm. Of a parameter that is not
    shown to matter a tick marks the bound that no average effect exceeds; left of the dashed line an effect counts as
    none.
    """
    table = found.table.dropna(subset=["effect"]).sort_values("effect", ascending=False, kind="stable")

    def shown(values: "pd.Series[float]") -> "pd.Series[float]":
        return 10.0**values if found.log else values

    frame = pd.DataFrame(
        {
            "parameter": table["parameter"].map(label),
            "values": table["worst"] + " against " + table["best"],
            "effect": shown(table["effect"]),
            "low": shown(table["decides_low"]),
            "high": shown(table["decides_high"]),
            "bound": shown(table["bound"]),
            "verdict": table["verdict"],
        }
    )
    y = alt.Y("parameter:N", sort=frame["parameter"].tolist(), title=None)
    title = f"largest difference between two values{', as a factor' if found.log else ''}"
    scale = alt.Scale(type="log", nice=False) if found.log else alt.Scale()
    verdicts = [MATTERS, NO_MATTER, UNKNOWN]
    colour = alt.Color(
        "verdict:N", scale=alt.Scale(domain=verdicts, range=[RUN[theme], UNUSABLE, VALIDATION]), legend=alt.Legend()
    )
    base = alt.Chart(frame).encode(y=y, color=colour)
    tips = [
        *(alt.Tooltip(f"{n}:N") for n in ("parameter", "values", "verdict")),
        *(alt.Tooltip(f"{n}:Q", format=".3g") for n in ("effect", "low", "high", "bound")),
    ]
    none, margin = (1.0, float(10.0**found.margin)) if found.log else (0.0, found.margin)
    return styled(
        [
            _line(none, [], theme),
            _line(margin, [5, 4], theme),
            base.mark_rule(strokeWidth=3, strokeOpacity=0.6).encode(
                x=alt.X("low:Q", title=title, scale=scale), x2=alt.X2("high:Q")
            ),
            base.transform_filter(alt.datum.verdict != MATTERS)
            .mark_tick(thickness=2, size=16)
            .encode(x=alt.X("bound:Q")),
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
