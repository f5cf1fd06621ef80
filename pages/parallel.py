"""Parallel coordinates: every run across its parameters to its error; a drag keeps the runs that it touches."""

from functools import partial

import streamlit as st

from pages.shared import data, look, study_data
from pages.shared.charts.axes import axis
from pages.shared.charts.colours import finite_scale
from pages.shared.charts.parallel import MOST_LINES, parallel
from pages.shared.charts.positions import Quantity
from pages.shared.controls import choose_many, places, switch
from pages.shared.exports import download_row
from pages.shared.filter.beginning import newest
from pages.shared.glossary import COMMON, hover
from pages.shared.relations import brushing, parallel_text
from pages.shared.relations.things import columns_of, frame_of, value_of_words
from pages.shared.runs import data as run_data
from pages.shared.runs.columns import ids_of
from pages.shared.selectors import choose_measured
from pages.shared.start import start
from pages.shared.text import axis_title, count, dataset_label, metric, plain, spoken
from store.run_columns import AS_JSON, RunColumn

MOST_AXES = 7  # to begin with

view = start("Parallel coordinates", begin=newest)
known = {name: column for name, column in columns_of(view).items() if column.kind in ("parameter", *AS_JSON)}
row = places(230, 300, 150)
measured = choose_measured(view, row)
brushing.from_old_link(measured)
with row[2]:
    log = switch("log scale", "log", default=True, tip="Errors are ratios: equal factors are equally far apart.")
usual = (ids_of(view.setting_parameters(), known) or ["seed"])[:MOST_AXES]
names = choose_many(
    "Axes", {name: column.key for name, column in known.items()}, "axis", usual, tip="Parameters, from left to right."
)

columns = {name: known[name] for name in names} | {"value": RunColumn("metric", *measured)}
rows = run_data.table(view.catalogue, view.filter, tuple(columns.values()))
runs = frame_of(rows, columns)
words, on = metric(measured.metric), dataset_label(measured.dataset, measured.split)
finite = runs["value"].astype(float).abs() < float("inf")
title = axis_title(measured.metric)
axes = [
    *(axis(known[name].key, runs[name], log=log) for name in names),
    axis(title, runs["value"], log=log, metric=True),
]
settings = study_data.settings_of(view.catalogue, view.filter, measured, view.but)
answer = parallel_text.answer(runs, names, words.unit, runs["run_key"].map(settings))
st.markdown(f"##### {answer}.")
draw = partial(parallel, runs, axes, finite_scale(runs["value"], Quantity(title, log)))
key = brushing.chart_key()
with st.container(key="parallel"):
    st.altair_chart(draw(look.theme()), theme=None, key=key, on_select="rerun", alt=spoken(answer))
parameters = [known[name].key for name in names]
meaning = {
    known[name].key: value_of_words(rows[f"c{i}"]) for i, name in enumerate(names) if known[name].kind in AS_JSON
}
box = brushing.box_on(key, axes, parameters, meaning)
if box is not None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"In the box: {plain(box.words(words))}; {int(box.runs.sum()):,} of {count(len(runs), 'run')}.")
    kept = (box, measured, data.kinds(view.catalogue))
    right.button("Keep these runs", key="keep", on_click=brushing.keep, args=kept, type="primary")
used = f"{int(finite.sum()):,} of {count(len(runs), 'matched run')} in colour, by {plain(words.label)} on {plain(on)}; "
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
