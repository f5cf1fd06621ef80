"""Parallel coordinates: every run across its parameters to its error; a drag keeps the runs that it touches."""

from functools import partial

import streamlit as st

from pages.shared import look, study_data
from pages.shared.charts.axes import axis
from pages.shared.charts.colours import finite_scale
from pages.shared.charts.parallel import MOST_LINES, parallel
from pages.shared.charts.positions import Quantity
from pages.shared.controls import choose_many, places, switch
from pages.shared.exports import download_row
from pages.shared.filter.beginning import newest
from pages.shared.glossary import COMMON, hover
from pages.shared.relations import brushing, parallel_text
from pages.shared.relations.things import columns_of, frame_of
from pages.shared.runs import data as run_data
from pages.shared.selectors import choose_measured
from pages.shared.start import start
from pages.shared.text import axis_title, count, dataset_label, metric, plain, span, spoken
from store.run_columns import RunColumn

MOST_AXES = 7  # to begin with

view = start("Parallel coordinates", begin=newest)
known = {name: column for name, column in columns_of(view).items() if column.kind in ("parameter", "extra")}
row = places(230, 300, 150)
measured = choose_measured(view, row)
with row[2]:
    log = switch("log scale", "log", default=True, tip="Errors are ratios: equal factors are equally far apart.")
usual = (view.setting_parameters() or ["seed"])[:MOST_AXES]
names = choose_many(
    "Axes", {name: column.key for name, column in known.items()}, "axis", usual, tip="Parameters, from left to right."
)

columns = {name: known[name] for name in names} | {"value": RunColumn("metric", *measured)}
runs = frame_of(run_data.table(view.catalogue, view.filter, tuple(columns.values())), columns)
matched, kept = len(runs), brushing.metric_range(measured.metric)
words, on = metric(measured.metric), dataset_label(measured.dataset, measured.split)
if kept is not None:
    runs = runs[runs["value"].between(*kept)].reset_index(drop=True)
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"Only runs with {words.label} {span(*kept, words.unit)}.")
    right.button("All values", key="all_values", on_click=brushing.drop_metric_range)
if runs.empty:
    st.info("No run that matches lies in this range: press All values, or open the filter further.")
    st.stop()

finite = runs["value"].astype(float).abs() < float("inf")
title = axis_title(measured.metric)
axes = [*(axis(known[name].key, runs[name], log=log) for name in names), axis(title, runs["value"], log=log)]
settings = study_data.settings_of(view.catalogue, view.filter, measured, view.but)
answer = parallel_text.answer(runs, names, words.unit, runs["run_key"].map(settings))
st.markdown(f"##### {answer}.")
draw = partial(parallel, runs, axes, finite_scale(runs["value"], Quantity(title, log)))
key = brushing.chart_key()
with st.container(key="parallel"):
    st.altair_chart(draw(look.theme()), theme=None, key=key, on_select="rerun", alt=spoken(answer))
box = brushing.box_on(key, axes, [known[name].key for name in names])
if box is not None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"In the box: {plain(box.words(words))}; {int(box.runs.sum()):,} of {count(len(runs), 'run')}.")
    right.button("Keep these runs", key="keep", on_click=brushing.keep, args=(box, measured.metric), type="primary")
used = f"{int(finite.sum()):,} of {count(matched, 'matched run')} in colour, by {words.label} on {on}; "
used += f"{count(len(runs) - int(finite.sum()), 'run')} without a finite value in grey."
lines = "Line: one run." if len(runs) <= MOST_LINES else "Over so many runs each line is a bundle: its width, how many."
told = f"{used} {lines} Drag a box over an axis to keep the runs that pass through it: they become the filter."
st.caption(hover(told, COMMON))
download_row(
    f"parallel-{view.name}",
    partial(draw, "light"),
    f"{title}, {view.name}",
    (used,),
    lambda: runs.rename(columns={"value": f"{title} on {on}"}),
    "Every run drawn, with its id, state and parameters; inf: not finite.",
)
