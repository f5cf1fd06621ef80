"""Seeding: how far do the seeds alone spread a metric, and which runs stand out?"""

from functools import partial
from textwrap import wrap

import streamlit as st

from orbitsens.sensitivity.intervals import mean_method, median_method
from pages.shared import empty, look, sentences, study_data, tables
from pages.shared.charts.setting_names import setting_names
from pages.shared.charts.violins import violins
from pages.shared.controls import places, switch
from pages.shared.exports import download_row
from pages.shared.filter.beginning import most_seeds
from pages.shared.glossary import COMMON, hover
from pages.shared.runs.panel import show_run
from pages.shared.selectors import choose_measured, choose_part, choose_run, click_to_run, run_ids
from pages.shared.start import start
from pages.shared.text import axis_title, dataset_label, metric, plain, spoken

CHART = "violins"

view = start("Seeding", begin=most_seeds)
columns = places(230, 300, 150)
measured = choose_measured(view, columns)
with columns[2]:
    log = switch("log scale", "log", default=True, tip="Errors are ratios: equal factors are equally far apart.")

chosen = view.catalogue, view.filter, measured
part = choose_part(study_data.in_settings(*chosen, view.but))
study = study_data.study(*chosen, view.but, log, part)
words, dataset = metric(measured.metric), dataset_label(measured.dataset, measured.split)
used = sentences.used_of_matched(study)
names = run_ids(study.runs)
called = setting_names(list(dict.fromkeys(study.runs["setting"])), part * study_data.MOST_SETTINGS)
selected = {name: key for key, name in names.items()}.get(st.query_params.get("run", ""))

if study.summary.empty:
    empty.nothing_usable(view.name)
else:
    answer = sentences.seed_answer(study, words, dataset, called.said)
    st.markdown(f"##### {answer}")
    if linear := sentences.linear_map(study, study_data.run_metric(*chosen), words):
        st.markdown(plain(linear))
    draw = partial(violins, study, axis_title(measured.metric), names=called)
    pick = partial(click_to_run, CHART, names)
    st.altair_chart(draw(look.theme(), selected), theme=None, key=CHART, on_select=pick, alt=spoken(answer))
    st.caption(hover(f"{used} {sentences.how_to_read(study, log)} {plain(called.key)}", COMMON))
    subtitle = f"{words.label} on {dataset}", used, *wrap(called.key, 110)
    download_row(
        f"seeding-{view.name}-{measured.metric}-{dataset}",
        partial(draw, "light"),
        view.name,
        subtitle,
        lambda: tables.export_table(study, study_data.run_metric(*chosen), measured, words.unit),
        "Every run of the chart with its id, parameters, value, and whether and why (not) it was used.",
    )

run_key = choose_run(study.runs, words.unit, called.said)
if run_key is not None:
    with st.container(border=True, key="run_panel"):
        show_run(view.catalogue, run_key, view.setting_parameters())

if len(study.summary):
    st.subheader("In numbers")
    tables.show_table(tables.summary_table(study, words.unit, called.said))
    st.caption(f"CI, confidence interval: {median_method()}; {mean_method()}.")
    st.subheader("Runs that stand out")
    st.caption(hover(sentences.outlier_rule(study), COMMON))
    if study.runs["outlier"].any():
        tables.show_table(tables.outlier_table(study, measured.metric, called.said))
if not study.runs["used"].all():
    st.subheader("Runs that are not used")
    st.dataframe(tables.unused_table(study, called.said), hide_index=True)
