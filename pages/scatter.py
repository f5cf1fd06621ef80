"""Scatter: any two things of runs against each other, coloured by a third."""

from functools import partial
from typing import Any

import streamlit as st

from pages.shared import data, look, study_data
from pages.shared.charts.positions import Quantity, can_be_log, positions
from pages.shared.charts.scatter import MOST_POINTS, scatter
from pages.shared.controls import NOTHING, choose, places, switch
from pages.shared.data import metric_choices
from pages.shared.exports import download_row
from pages.shared.filter.beginning import newest
from pages.shared.glossary import COMMON, hover
from pages.shared.measures import headline, ranked
from pages.shared.relations import scatter_text
from pages.shared.relations.things import columns_of, frame_of
from pages.shared.runs import data as run_data
from pages.shared.runs.columns import column_id, heading
from pages.shared.runs.panel import show_run
from pages.shared.selectors import click_to_run, run_ids
from pages.shared.start import start
from pages.shared.text import plain, spoken
from store.run_columns import RunColumn

CHART = "scatter"

view = start("Scatter", begin=newest)
known = columns_of(view)
words = {name: heading(column) for name, column in known.items()}
errors = [column_id(RunColumn("metric", *place)) for place in ranked(metric_choices(view.catalogue, view.filter))]
varying = [name for name in view.setting_parameters() if name in known]
kinds = data.kinds(view.catalogue)
numbers = [name for name in varying if kinds.get(name) != "word"]


def first(*names: str) -> dict[str, str]:
    """The choices, those of `names` that there are before all others."""
    return {name: words[name] for name in dict.fromkeys([*names, *words]) if name in words}


across, up, by = places(320, 320, 320)
with across:
    x = choose("Across", first(*numbers, "seed", *varying, "run:n_parameters"), "x")
with up:
    y = choose("Up", first(*errors, "run:n_parameters"), "y")
with by:
    colour = choose("Colour", {NOTHING: "none"} | first(*varying), "colour")
with st.container(horizontal=True):
    logs = {
        axis: switch(f"log {name}", f"log_{axis}", default=True, tip="For positive numbers; names have no logarithm.")
        for axis, name in (("x", "across"), ("y", "up"), ("c", "colour"))
    }

chosen = {"x": x, "y": y} | ({"colour": colour} if colour else {})
columns = {axis: known[name] for axis, name in chosen.items()}
rows = run_data.table(view.catalogue, view.filter, tuple(columns.values()))
runs = frame_of(rows, columns)
quantities = {axis: Quantity(words[name], logs["c" if axis == "colour" else axis]) for axis, name in chosen.items()}
on_axes = positions(runs["x"], quantities["x"]).drawable & positions(runs["y"], quantities["y"]).drawable
measured = headline(data.metric_choices(view.catalogue, view.filter))
settings = study_data.settings_of(view.catalogue, view.filter, measured, view.but)
answer = scatter_text.answer(runs, words[x], words[y], runs["run_key"].map(settings))
used = scatter_text.used(runs, on_axes)
names = run_ids(runs)
selected = {name: key for key, name in names.items()}.get(st.query_params.get("run", ""))

st.markdown(f"##### {answer}.")
draw = partial(scatter, runs, quantities["x"], quantities["y"], quantities.get("colour"))
pick = partial(click_to_run, CHART, names)
clicks: dict[str, Any] = {} if len(runs) > MOST_POINTS else {"on_select": pick}  # cells are no runs
st.altair_chart(draw(look.theme(), selected), theme=None, key=CHART, alt=spoken(answer), **clicks)
many = f"Over {MOST_POINTS:,} runs are drawn as cells. " if len(runs) > MOST_POINTS else "Point: one run; click it. "
linear = [words[chosen[axis]] for axis in ("x", "y") if logs[axis] and not can_be_log(runs[axis])]
told = f"{used} {many}{scatter_text.METHOD}.{plain(' Linear: ' + ', '.join(linear) + '.') if linear else ''}"
st.caption(hover(told, COMMON))
download_row(
    f"scatter-{view.name}",
    partial(draw, "light"),
    f"{words[y]} against {words[x]}, {view.name}",
    (used,),
    lambda: runs.rename(columns={axis: words[name] for axis, name in chosen.items()}),
    "Every matched run with its id, state and values; inf: not finite.",
)
if selected is not None:
    with st.container(border=True, key="run_panel"):
        show_run(view.catalogue, selected, view.setting_parameters())
