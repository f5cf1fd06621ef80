"""Sensitivity: is a difference real, or is it the seed?"""

import streamlit as st

from orbitsens.sensitivity import report, wording
from orbitsens.sensitivity.analysis import Analysis
from orbitsens.sensitivity.scope_wording import divergence_sentences
from pages.shared import study_data
from pages.shared.filter.beginning import most_parameters
from pages.shared.selectors import choose_measured
from pages.shared.sensitivity import data as sensitivity_data
from pages.shared.sensitivity.answer import show_answer
from pages.shared.sensitivity.importance import show_importance
from pages.shared.sensitivity.pair import show_pair
from pages.shared.start import start
from pages.shared.text import dataset_label, metric, plain

view = start("Sensitivity", begin=most_parameters)
measured = choose_measured(view, st.columns([3, 4], vertical_alignment="bottom"))

words = wording.Metric(metric(measured.metric).label, metric(measured.metric).unit)
dataset = dataset_label(measured.dataset, measured.split)
answer = sensitivity_data.analysis(view.catalogue, view.filter, measured, view.but)
found = answer.response
remark = sensitivity_data.remark(view.catalogue, view.filter, measured, view.but)
if isinstance(found, str):
    st.info(plain(found))
    st.markdown(plain(" ".join(divergence_sentences(answer))))
    st.stop()

show_answer(answer, words, dataset, view.name, remark)
if found.runs["setting"].nunique() > 1 and not isinstance(answer.noise, str):
    st.subheader("Two settings, and the sweep that would tell them apart")
    show_pair(view, found, study_data.run_metric(view.catalogue, view.filter, measured), words)
if found.parameters:
    st.subheader("Importance")
    show_importance(view, measured)

st.subheader("Details")
for name, table in report.tables(answer).items():
    with st.expander(name):
        st.dataframe(table, hide_index=True)
with st.expander("Methods"):
    st.markdown("\n".join(report.methods(answer)))


def full() -> Analysis:
    """The answer as in `python -m runner report`, which has Sobol indices too."""
    return sensitivity_data.full_analysis(view.catalogue, view.filter, measured, view.but)


def text() -> str:
    """The report; made when it is asked for."""
    return report.markdown(full(), f"Sensitivity of {view.name}", words, dataset, remark)


name = f"sensitivity-{view.name}"
with st.container(horizontal=True):
    st.download_button("Report (Markdown)", text, f"{name}.md", on_click="ignore", key="report_md")
    st.download_button("Tables (CSV)", lambda: report.csv(full()), f"{name}.csv", on_click="ignore", key="report_csv")
