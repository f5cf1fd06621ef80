"""Sensitivity: is a difference real, or is it the seed?"""

from functools import partial

import streamlit as st

from orbitsens.sensitivity import report, wording
from orbitsens.sensitivity.analysis import Analysis
from pages.shared import look, study_data
from pages.shared.charts.effects import effect_chart
from pages.shared.exports import download_row
from pages.shared.filter.beginning import most_parameters
from pages.shared.glossary import COMMON, hover
from pages.shared.selectors import choose_measured
from pages.shared.sensitivity import data as sensitivity_data
from pages.shared.sensitivity.importance import show_importance
from pages.shared.sensitivity.pair import show_pair
from pages.shared.start import start
from pages.shared.text import dataset_label, metric, plain

view = start("Sensitivity", begin=most_parameters)
measured = choose_measured(view, st.columns([3, 4], vertical_alignment="bottom"))

words = wording.Metric(metric(measured.metric).label, metric(measured.metric).unit)
dataset = dataset_label(measured.dataset, measured.split)
answer = sensitivity_data.analysis(view.catalogue, view.filter, measured, view.but)
found, noise, effects = answer.response, answer.noise, answer.effects
if isinstance(found, str):
    st.info(found)
    st.markdown("\n\n".join(wording.divergence_sentences(answer)))
    st.stop()


def say(*sentences: str | wording.Said) -> None:
    """Write sentences as a list, each once, their verdicts bold and their terms explained on hover."""
    said = [each if isinstance(each, wording.Said) else wording.Said("", each) for each in sentences]
    lines = [f"- {f'**{plain(one.verdict)}**' if one.verdict else ''}{plain(one.rest)}" for one in dict.fromkeys(said)]
    st.markdown(hover("\n".join(lines), COMMON))


if found.warning:
    st.warning(found.warning, icon=":material/warning:")
say(
    *wording.parameter_sentences(effects, words),
    *wording.bundle_sentences(effects),
    wording.noise_sentence(noise, words),
)
st.caption(f"{found.counted}, {100 * answer.level:g} % level.")
if not isinstance(effects, str):
    for sentence in effects.warnings:
        st.warning(plain(sentence), icon=":material/warning:")
    if effects.table["effect"].notna().any():
        margin = wording.change(effects.margin, effects.log, words.unit)
        told = (
            "Point: estimate; bar: the simultaneous interval that decides whether it matters; tick: no average effect "
            f"is larger (one-sided); dashed line: {margin}, below which an effect counts as none."
        )
        told = f"{told} Method: {effects.method}."
        st.altair_chart(effect_chart(effects, look.theme()), theme=None, key="effects")
        st.caption(told)
        download_row(
            f"effects-{view.name}-{measured.metric}",
            partial(effect_chart, effects, "light"),
            f"What moves the {words.label} on {dataset}: {view.name}",
            [f"{found.counted}.", told],
            partial(study_data.run_metric, view.catalogue, view.filter, measured),
            "Every matched run with its id, parameters and value.",
            key="effects",
        )
say(
    *wording.interaction_sentences(effects),
    *wording.discovery_sentence(effects),
    *wording.share_sentence(answer.decomposition, effects),
    *wording.seed_sentence(effects),
    wording.best_sentence(answer, words),
    *wording.divergence_sentences(answer),
)
st.caption(plain(" ".join(wording.scope_sentences(answer))))
if found.runs["setting"].nunique() > 1 and not isinstance(noise, str):
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
    return report.markdown(full(), f"Sensitivity of {view.name}", words, dataset)


name = f"sensitivity-{view.name}"
with st.container(horizontal=True):
    st.download_button("Report (Markdown)", text, f"{name}.md", on_click="ignore", key="report_md")
    st.download_button("Tables (CSV)", lambda: report.csv(full()), f"{name}.csv", on_click="ignore", key="report_csv")
