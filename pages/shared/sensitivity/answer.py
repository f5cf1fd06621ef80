"""The answer of the Sensitivity page: sentences, what the design cannot tell, and the chart of effects."""

from functools import partial

import streamlit as st

from orbitsens.sensitivity import wording
from orbitsens.sensitivity.analysis import Analysis
from orbitsens.sensitivity.effects import Effects
from orbitsens.sensitivity.scope_wording import divergence_sentences, scope_sentences, seed_sentence
from pages.shared import look
from pages.shared.charts.effects import effect_chart
from pages.shared.exports import download_row
from pages.shared.glossary import COMMON, hover
from pages.shared.text import plain


def say(*sentences: str | wording.Said) -> None:
    """Write sentences as a list, each once, their verdicts bold and their terms explained on hover."""
    said = [each if isinstance(each, wording.Said) else wording.Said("", each) for each in sentences]
    lines = [f"- {f'**{plain(one.verdict)}**' if one.verdict else ''}{plain(one.rest)}" for one in dict.fromkeys(said)]
    st.markdown(hover("\n".join(lines), COMMON))


def show_answer(answer: Analysis, words: wording.Metric, dataset: str, name: str, remark: str = "") -> None:
    """Show what the runs of `name` say: parameters and their chart first, then where variance comes from and the best.

    The answer has a response. `remark`: what has to be known of the best setting; "" for nothing.
    """
    found, effects = answer.response, answer.effects
    assert not isinstance(found, str)
    if found.warning:
        st.warning(found.warning, icon=":material/warning:")
    say(*wording.parameter_sentences(effects, words), *wording.bundle_sentences(effects))
    st.caption(f"{found.counted}, {100 * answer.level:g} % level.")
    if not isinstance(effects, str):
        for sentence in effects.warnings:
            st.warning(plain(sentence), icon=":material/warning:")
        if effects.table["effect"].notna().any():
            _show_effects(effects, words, f"What moves the {words.label} on {dataset}: {name}", f"effects-{name}")
    say(
        *wording.interaction_sentences(effects),
        *wording.discovery_sentence(effects),
        *wording.share_sentence(answer.decomposition, effects),
        wording.noise_sentence(answer.noise, words),
        *seed_sentence(effects),
        wording.best_sentence(answer, words),
        *filter(None, [remark]),
        *divergence_sentences(answer),
    )
    st.caption(plain(" ".join(scope_sentences(answer))))


def _show_effects(effects: Effects, words: wording.Metric, title: str, file: str) -> None:
    margin = wording.change(effects.margin, effects.log, words.unit)
    told = (
        "Point: largest difference between two values; bar: the interval that decides the verdict; tick: no average "
        f"effect is larger (one-sided 95 %); dashed line: {margin}, below which an effect counts as none. "
        f"Method: {effects.method}."
    )
    st.altair_chart(effect_chart(effects, look.theme()), theme=None, key="effects")
    st.caption(told)
    download_row(
        f"{file}-{words.label.replace(' ', '_')}",
        partial(effect_chart, effects, "light"),
        title,
        [f"{effects.counted}.", told],
        lambda: effects.table,
        "The effects that are drawn, with their intervals, tests and verdicts.",
        key="effects",
    )
