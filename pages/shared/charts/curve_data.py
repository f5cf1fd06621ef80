"""What a picture of histories is drawn from: every run's line, smoothed ones, bands over seeds, and what is lost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pages.shared.charts.lines import running_median, stretches, thinned_rows

MOST_POINTS = 6000  # in one picture, of raw lines; a browser draws them in a moment
MOST_TIPS = 120  # places where a reader can read values
LINE = ("series", "label")


@dataclass(frozen=True)
class Curves:
    """Tables of one history key.

    `raw` and `smooth`: series, label (a run's name), part (a line breaks between two), step, value. `bands`: series,
    step, median, low, high and n, over the runs of a series that have a finite value there. `lost`: series, label and
    the first step at which a run logged a value that is not finite. `not_positive`: values that a logarithmic axis
    cannot have. `tips`: step, and per series (s0, s1, ... in order) its value, or the median over its runs.
    `end`: the last step.
    """

    raw: pd.DataFrame
    smooth: pd.DataFrame
    bands: pd.DataFrame
    lost: pd.DataFrame
    tips: pd.DataFrame
    series: tuple[str, ...]
    not_positive: int
    n_lines: int
    end: int


def curve_data(logged: pd.DataFrame, *, log: bool, window: int = 1, band: bool = False) -> Curves:
    """Prepare logged values for drawing.

    `logged` has columns series, label, step, value (every value that was logged, in the order of the steps), and
    stage, the number of the training stage. `window`: logged values under the running median, 1 for none; it never
    reaches across a stage's border or a value that is not finite. `band`: over the runs of each series.
    """
    rows = logged.assign(finite=np.isfinite(logged["value"]))
    rows["usable"] = rows["finite"] & ((rows["value"] > 0.0) | (not log))
    whole = _with_parts(rows)
    usable = whole[whole["usable"]]
    n_lines = max(1, usable.groupby(list(LINE), sort=False).ngroups)
    most = max(8, MOST_POINTS // n_lines)
    columns = [*LINE, "part", "step", "value"]
    bands = _bands(usable) if band else _bands(usable.iloc[:0])
    return Curves(
        raw=_thin(usable[columns], most),
        smooth=_thin(_smoothed(usable, window)[columns], most) if window > 1 else usable[columns].iloc[:0],
        bands=bands,
        lost=whole[~whole["finite"]].groupby(list(LINE), sort=False)["step"].min().reset_index(),
        tips=_tips(usable),
        series=tuple(usable["series"].unique()),
        not_positive=int((whole["finite"] & ~whole["usable"]).sum()),
        n_lines=n_lines if len(usable) else 0,
        end=int(logged["step"].max()) if len(logged) else 0,
    )


def _with_parts(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows line by line, with the stretch of each that has no gap."""
    places = rows.groupby(list(LINE), sort=False).indices
    part = np.zeros(len(rows), dtype=int)
    usable = rows["usable"].to_numpy()
    for line in places.values():
        part[line] = stretches(usable[line])
    order = np.concatenate(list(places.values())) if places else np.zeros(0, dtype=int)
    return rows.assign(part=part).iloc[order].reset_index(drop=True)


def _smoothed(usable: pd.DataFrame, window: int) -> pd.DataFrame:
    """The raw lines under a running median, within each stage and stretch, which are parts of their own."""
    pieces = usable.groupby([*LINE, "part", "stage"], sort=False)
    values = pieces["value"].transform(lambda line: running_median(line, window))
    return usable.assign(value=values, part=pieces.ngroup())


def _thin(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    if rows.empty:
        return rows
    return thinned_rows(rows.assign(line=rows.groupby(list(LINE), sort=False).ngroup()), "line", "value", most).drop(
        columns="line"
    )


def _bands(usable: pd.DataFrame) -> pd.DataFrame:
    """Median and extremes at each step; of long series the extremes of a stretch and the median where it begins."""
    several = usable.groupby("series")["label"].transform("nunique") > 1
    each = usable[several].groupby(["series", "step"], sort=False)["value"]
    rows = each.agg(median="median", low="min", high="max", n="count").reset_index().sort_values(["series", "step"])
    if rows.empty:
        return rows
    nth = rows.groupby("series").cumcount()
    length = rows.groupby("series")["step"].transform("size")
    width = np.ceil(length / (MOST_POINTS // 10)).astype(int)
    stretch = rows.groupby(["series", nth // width], sort=False)
    return stretch.agg(
        step=("step", "first"), median=("median", "first"), low=("low", "min"), high=("high", "max"), n=("n", "min")
    ).reset_index(level=0)


def _tips(usable: pd.DataFrame) -> pd.DataFrame:
    medians = usable.pivot_table(index="step", columns="series", values="value", aggfunc="median", sort=False)
    medians = medians.reindex(columns=list(usable["series"].unique())).sort_index()
    medians.columns = [f"s{i}" for i in range(medians.shape[1])]
    places = np.unique(np.linspace(0, len(medians) - 1, min(MOST_TIPS, len(medians))).astype(int))
    return medians.iloc[places].reset_index()
