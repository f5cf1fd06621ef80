"""Sensitivity: is a difference real, or is it the seed?"""

import re

import streamlit as st

from orbitsens.sensitivity import report, wording
from orbitsens.sensitivity.analysis import Analysis
from pages.shared import look, study_data
from pages.shared.charts.effects import effect_chart
from pages.shared.glossary import COMMON, hover
from pages.shared.selectors import choose_measured
from pages.shared.sensitivity import data as sensitivity_data
from pages.shared.sensitivity.importance import show_importance
from pages.shared.sensitivity.pair import show_pair
from pages.shared.start import start
from pages.shared.text import dataset_label, metric, plain

VERDICT = re.compile(r"\S+ matters|\S+ does not matter beyond [^:]+|\S+: cannot tell with these runs")

view = start("Sensitivity", newest=True)
measured = choose_measured(view, st.columns([3, 4], vertical_alignment="bottom"))

words = wording.Metric(metric(measured.metric).label, metric(measured.metric).unit)
dataset = dataset_label(measured.dataset, measured.split)
answer = sensitivity_data.analysis(view.catalogue, view.filter, measured, view.but)
found, noise, effects = answer.response, answer.noise, answer.effects
if isinstance(found, str):
    st.info(found)
    st.markdown(wording.divergence_sentence(answer))
    st.stop()


def say(*sentences: str) -> None:
    """Write sentences as a list, each once, their verdicts bold and their terms explained on hover."""
    found = {sentence: VERDICT.match(sentence) for sentence in sentences}
    lines = [f"**{plain(v[0])}**{plain(said[v.end() :])}" if v else plain(said) for said, v in found.items()]
    st.markdown(hover("\n".join(f"- {line}" for line in lines), COMMON))


say(*wording.parameter_sentences(effects, words), wording.noise_sentence(noise, words))
st.caption(f"{found.counted}, {100 * answer.level:g} % level.")
if not isinstance(effects, str):
    for sentence in effects.warnings:
        st.warning(plain(sentence), icon=":material/warning:")
    if effects.table["effect"].notna().any():
        st.altair_chart(effect_chart(effects, look.theme()), theme=None, key="effects")
        st.caption(
            f"Point: estimate; bar: interval; dashed line: one seed-noise standard deviation. Method: {effects.method}."
        )
say(
    *wording.interaction_sentences(effects),
    *wording.share_sentence(answer.decomposition),
    wording.best_sentence(answer, words),
    wording.divergence_sentence(answer),
)
if found.runs["setting"].nunique() > 1 and not isinstance(noise, str):
    st.subheader("Two settings, and the sweep that would tell them apart")
    show_pair(found, noise, study_data.run_metric(view.catalogue, view.filter, measured), view.name, words)
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
    return report.markdown(full(), f"Sensitivity of {view.name}", words, dataset)


name = f"sensitivity-{view.name}"
with st.container(horizontal=True):
    st.download_button("Report (Markdown)", text, f"{name}.md", on_click="ignore", key="report_md")
    st.download_button("Tables (CSV)", lambda: report.csv(full()), f"{name}.csv", on_click="ignore", key="report_csv")
