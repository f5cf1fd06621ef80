"""A violin per setting with every run as a point on it."""

import json
from typing import NamedTuple

import altair as alt
import pandas as pd

from orbitsens.sensitivity.seeding import SeedStudy
from orbitsens.sensitivity.settings import SEPARATOR, UNSET
from orbitsens.sensitivity.usable import NOT_FINITE
from pages.shared.charts.setting_names import SettingNames, setting_names
from pages.shared.charts.theme import INK, OUTLIER, PAPER, RUN, UNUSABLE, Theme, styled, unchecked
from pages.shared.charts.ticks import log_ticks

PICK, PICK_UNUSABLE = "pick", "pick_unusable"  # what a click selects, among the points and in the strip
HALF_VIOLIN, HALF_POINTS = 0.42, 0.30  # of a row's height
STRIP = 84  # pixels at the right for runs without a finite value
KINDS = {"run": "circle", "stands out": "diamond", "no finite value": "cross"}
WHO = (alt.Tooltip("run_id:N", title="run"), alt.Tooltip("setting:N"))


class _Axes(NamedTuple):
    """What all layers share."""

    rows: dict[str, int]
    names: SettingNames
    scale: alt.Scale
    axis: alt.Axis
    title: str
    theme: Theme
    selected: str | None
    present: list[str]

    def x(self, field: str) -> alt.X:
        """The value axis, for one more column."""
        return alt.X(f"{field}:Q", scale=self.scale, title=self.title, axis=self.axis)

    def y(self) -> alt.Y:
        """One row per setting, the first on top."""
        parts = [self.names.rows[setting].split(SEPARATOR) for setting in self.rows]
        if self.height() < self._told() * len(self.rows):
            parts = [[", ".join(each)] for each in parts]
        most = max(map(len, parts))
        labels = json.dumps([[*([""] * ((most - len(each)) // 2)), *each] for each in parts])
        axis = alt.Axis(
            values=list(self.rows.values()),
            labelExpr=f"{labels}[datum.value]",
            labels=len(self.rows) > 1,
            grid=False,
            labelLimit=240,
            labelLineHeight=15,
            # Of several lines the first is at the middle of the row, so all go up.
            labelOffset=-7.5 * (most - 1),
            labelBaseline="middle",
        )
        scale = alt.Scale(domain=[len(self.rows) - 0.5, -0.5], nice=False, zero=False)
        return alt.Y("y:Q", title=self.names.title or None, scale=scale, axis=axis)

    def height(self) -> int:
        """High enough to see the points of each setting, in px: many settings get less each."""
        if len(self.rows) == 1:
            return 190
        each = 900 // len(self.rows)
        return max(120, len(self.rows) * min(max(76, self._told()), max(26, each)))

    def _told(self) -> int:
        """The height of a row's name with a line for each parameter, in px."""
        return max(48, 15 * max(name.count(SEPARATOR) + 1 for name in self.names.rows.values()) + 12)

    def place(self, settings: "pd.Series[str]") -> "pd.Series[float]":
        """The middles of the settings' rows."""
        return settings.map(self.rows).astype(float)


@unchecked
def violins(
    study: SeedStudy, axis_title: str, theme: Theme, selected: str | None = None, names: SettingNames | None = None
) -> alt.LayerChart:
    """Draw the study: one row per setting, the metric along the axis, in the unit that `axis_title` names.

    Area: density; bar: quartiles; tick: median; circle: a run; diamond: one that stands out, with its seed; cross
    in the strip at the right: one that diverged. A click on a run selects its `run_key`; `selected` gets a ring.
    `names`: what the settings are called, where others are shown beside them.
    """
    unusable = unusable_runs(study)
    settings = list(dict.fromkeys(study.runs["setting"]))
    tables = (study.used, study.runs[study.runs["outlier"]], unusable)
    on = _Axes(
        rows={setting: i for i, setting in enumerate(settings)},
        names=names or setting_names(settings),
        scale=alt.Scale(
            type="log" if study.log else "linear",
            zero=alt.Undefined if study.log else False,
            nice=False,
            padding=22,
            range=[0, {"expr": f"width - {STRIP}"}] if len(unusable) else alt.Undefined,
        ),
        axis=_axis(study),
        title=axis_title,
        theme=theme,
        selected=selected,
        present=[kind for kind, runs in zip(KINDS, tables, strict=True) if len(runs)],
    )
    layers = [*_outlines(study, on), *_summary(study, on), *_runs(study, on)]
    if len(unusable):
        layers += _strip(unusable, on)
    return styled(layers, theme, height=on.height())


def unusable_runs(study: SeedStudy) -> pd.DataFrame:
    """The runs that ended without a finite value: they have a place in the picture, but not on its axis."""
    return study.runs[study.runs["why_not"].isin(("diverged", NOT_FINITE))]


def _axis(study: SeedStudy) -> alt.Axis:
    ticks = log_ticks(study.used["value"].tolist()) if study.log else []
    return alt.Axis(values=ticks, format="~g") if ticks else alt.Axis(tickCount=8, format="~g")


def _points(runs: pd.DataFrame, y: "pd.Series[float]", on: _Axes) -> alt.Chart:
    """The columns that a mark, its tip and its selection need, and no more."""
    kind = runs["outlier"].map({True: "stands out", False: "run"}).mask(~runs["used"], "no finite value")
    seed = runs["seed"].astype("Int64").astype("string")
    frame = runs[["run_key", "run_id", "setting", "state", "value"]].assign(
        y=y, kind=kind.astype(object), seed=seed.fillna(UNSET), label=("seed " + seed).fillna(runs["run_id"])
    )
    return alt.Chart(frame).encode(y=on.y())


def _outlines(study: SeedStudy, on: _Axes) -> list[alt.Chart]:
    middle, half = on.place(study.outlines["setting"]), HALF_VIOLIN * study.outlines["density"]
    frame = study.outlines[["setting", "value"]].assign(y=middle - half, y2=middle + half)
    mark = alt.Chart(frame).mark_area(color=RUN[on.theme], fillOpacity=0.18, tooltip=None)
    places = {"x": on.x("value"), "y": on.y(), "y2": alt.Y2("y2"), "detail": alt.Detail("setting:N")}
    return [mark.encode(**places)] if len(frame) else []


def _summary(study: SeedStudy, on: _Axes) -> list[alt.Chart]:
    each = on.height() / len(on.rows)
    base = alt.Chart(study.summary.assign(y=on.place(study.summary["setting"]))).encode(y=on.y())
    quartiles = base.mark_rule(color=RUN[on.theme], strokeOpacity=0.45, strokeWidth=min(8, each / 6), tooltip=None)
    median = base.mark_tick(color=INK[on.theme], thickness=3, size=min(34, each / 2), orient="vertical", tooltip=None)
    return [quartiles.encode(x=on.x("q1"), x2=alt.X2("q3")), median.encode(x=on.x("median"))]


def _runs(study: SeedStudy, on: _Axes) -> list[alt.Chart]:
    runs = study.used
    base = _points(runs, on.place(runs["setting"]) + HALF_POINTS * runs["offset"], on).encode(x=on.x("value"))
    tips = [alt.Tooltip("seed:N"), alt.Tooltip("value:Q", title=on.title, format=".4~g"), *WHO]
    names = (
        base.transform_filter(alt.datum.kind == "stands out")
        .mark_text(baseline="bottom", dy=-10, color=OUTLIER, tooltip=None)
        .encode(text=alt.Text("label:N"))
    )
    marks = [*_ring(base, runs, on), _clickable(base, on, PICK).encode(tooltip=tips)]
    return [*marks, names] if runs["outlier"].any() else marks


def _strip(unusable: pd.DataFrame, on: _Axes) -> list[alt.Chart]:
    nth, of = (unusable.groupby("setting")["run_key"].transform(how) for how in ("cumcount", "size"))
    y = on.place(unusable["setting"]) + 2 * HALF_POINTS * ((nth + 1) / (of + 1) - 0.5)
    base = _points(unusable, y, on).encode(x=alt.value({"expr": f"width - {STRIP // 2}"}))
    edge = alt.Chart(pd.DataFrame({"edge": [0]})).encode(x=alt.value({"expr": f"width - {STRIP - 4}"}))
    line = edge.mark_rule(color=UNUSABLE, strokeDash=[2, 4], tooltip=None)
    tips = [alt.Tooltip("seed:N"), alt.Tooltip("state:N"), *WHO]
    return [
        line.encode(y=alt.value(0), y2=alt.value({"expr": "height"})),
        *_ring(base, unusable, on),
        _clickable(base, on, PICK_UNUSABLE).encode(tooltip=tips),
    ]


def _ring(base: alt.Chart, runs: pd.DataFrame, on: _Axes) -> list[alt.Chart]:
    """The mark of the selected run; it comes from the page, so that a fresh link shows it too."""
    ring = base.transform_filter(alt.datum.run_key == on.selected)
    ring = ring.mark_point(shape="circle", size=340, stroke=INK[on.theme], strokeWidth=2, tooltip=None)
    return [ring] if (runs["run_key"] == on.selected).any() else []


def _clickable(base: alt.Chart, on: _Axes, name: str) -> alt.Chart:
    legend = alt.Legend(values=on.present) if len(on.present) > 1 else None
    colors = alt.Scale(domain=list(KINDS), range=[RUN[on.theme], OUTLIER, UNUSABLE])
    shapes = alt.Scale(domain=list(KINDS), range=list(KINDS.values()))
    marks = base.mark_point(
        size=95, filled=True, opacity=1, fillOpacity=0.95, stroke=PAPER[on.theme], strokeWidth=1, cursor="pointer"
    ).encode(
        color=alt.Color("kind:N", scale=colors, legend=legend), shape=alt.Shape("kind:N", scale=shapes, legend=legend)
    )
    return marks.add_params(alt.selection_point(name=name, fields=["run_key"], on="click", toggle=False))
