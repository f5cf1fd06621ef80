"""Curves on a page: choosing which, and how; and showing them with what they leave out said below."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import altair as alt
import pandas as pd
import streamlit as st

from pages.shared import look
from pages.shared.charts.curve_data import Curves, curve_data
from pages.shared.charts.curves import curves_chart
from pages.shared.charts.picture import side_by_side
from pages.shared.charts.theme import Theme
from pages.shared.controls import choose, choose_many, places, switch
from pages.shared.exports import download_row
from pages.shared.runs.curve_lines import USUAL, curve_keys, measured_on
from pages.shared.text import axis_title, count, listed, metric, plain

WINDOWS = {
    "1": "none",
    **{str(n): f"running median of {n}" for n in (5, 21, 101)},
}
_SMOOTHING = (
    "A median over logged values around each one. It is itself a logged value, never reaches across the border of two "
    "stages, and the raw line stays."
)
_BAND = "Shaded: from the least to the greatest run of a setting, its seeds; the strong line is their median."


class CurveChoice(NamedTuple):
    """Which history keys to draw, and how."""

    keys: list[str]
    log: bool
    window: int
    band: bool
    names: Mapping[str, str] = MappingProxyType({})  # of series in a tip, where they have others than in the legend


def choose_curves(keys: Collection[str], *, several: bool, banded: bool = False) -> CurveChoice:
    """Choose what to draw of these history keys.

    `several`: they are of settings with several runs, which can have a band; `banded`: they have one unasked.
    """
    known = curve_keys(keys)
    columns = places(450, 200, 210, *([200] if several else []))
    words = {key: axis_title(key) for key in known}
    with columns[0]:
        tips = "\n\n".join(f"**{plain(words[key])}**: {plain(metric(key).help)}" for key in known)
        chosen = choose_many("Curves", words, "curves", [key for key in USUAL if key in known] or known[:1], tip=tips)
    with columns[1]:
        window = choose("Smoothing", WINDOWS, "smoothing", tip=_SMOOTHING)
    with columns[2]:
        log = switch("log scale of the curves", "curves_log", default=True)
    band = False
    if several:
        with columns[3]:
            band = switch("band over seeds", "band", default=banded, tip=_BAND)
    return CurveChoice(chosen, log, int(window), band)


def show_curves(
    lines: Mapping[str, pd.DataFrame],
    borders: pd.DataFrame,
    how: CurveChoice,
    losses: Sequence[str],
    name: str,
    title: str,
    *,
    abreast: int,
    height: int = 150,
) -> None:
    """Draw the lines of each history key, `abreast` beside each other, with their numbers and pictures to download.

    `name` is that of the files, `title` the picture's; `losses` are the loss functions of the runs.
    """
    data = {key: curve_data(rows, log=how.log, window=how.window, band=how.band) for key, rows in lines.items()}

    def draw(key: str, theme: Theme, *, pointed_at: bool = True) -> alt.LayerChart | None:
        words = axis_title(key), measured_on(key, losses)
        names = how.names if pointed_at else None
        return curves_chart(data[key], words, borders, theme, log=how.log, height=height, names=names)

    def together() -> alt.ConcatChart:
        charts = {key: draw(key, "light", pointed_at=False) for key in data}
        return side_by_side({key: chart for key, chart in charts.items() if chart is not None}, abreast)

    drawn = {key: draw(key, look.theme()) for key in data}
    keys = list(drawn)
    for start in range(0, len(keys), abreast):
        with st.container(horizontal=True):  # in which charts wrap where there is no room for them side by side
            for key in keys[start : start + abreast]:
                chart, words = drawn[key], axis_title(key)
                if chart is None:
                    st.caption(f"{plain(words)}: {_nothing(data[key])}")
                else:
                    st.altair_chart(chart, theme=None, key=f"curve_{key}", alt=f"{words} over optimiser steps")
    said = left_out(data)
    if said:
        st.caption(said)
    if any(chart is not None for chart in drawn.values()):
        rows = partial(_rows, lines)
        download_row(name, together, title, [said] if said else [], rows, "Every logged value.", key="curves")


def warn_of_unreadable(unreadable: Mapping[str, str]) -> None:
    """Say of each run whose curves are missing or damaged which file it is, and what to do."""
    for sentence in unreadable.values():
        st.warning(plain(sentence), icon=":material/broken_image:")


def left_out(data: Mapping[str, Curves]) -> str:
    """Say what the pictures leave out, or cannot show on their axes."""
    said = []
    for key, curves in data.items():
        words = plain(axis_title(key))
        if len(curves.lost) and not curves.raw.empty:
            lost = [f"{plain(str(row.label))} from step {row.step:,}" for row in curves.lost.itertuples()]
            named = listed(lost, most=5)
            said.append(f"{words}: not finite in {count(len(curves.lost), 'line')} (cross at the top): {named}.")
        if curves.not_positive:
            said.append(f"{words}: {count(curves.not_positive, 'value')} of zero or less, which have no logarithm.")
    return " ".join(said)


def _nothing(curves: Curves) -> str:
    if curves.not_positive:
        return "every finite value is zero or less, which has no logarithm: switch the log scale off."
    return "nothing finite was logged."


def _rows(lines: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every value with its run's id."""
    rows = pd.concat([rows.assign(key=key) for key, rows in lines.items()], ignore_index=True)
    rows.insert(0, "run_id", rows["run_key"].str.rpartition("/")[2])
    return rows.rename(columns={"series": "of"}).drop(columns="label")
