"""The filter in the sidebar, the same on every page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from orbitsens.config import SEED_KEYS
from pages.shared import data
from pages.shared.filter import team_words
from pages.shared.filter.metrics import choose_metrics
from pages.shared.filter.parameters import choose_parameters
from pages.shared.filter.state import change, clear
from pages.shared.filter.url import ANY_GROUP, NOTHING, Asked, to_query
from pages.shared.text import NO_GROUP, STATES, count
from store.filters import EVERYTHING, RunFilter


def show(catalogue: data.Catalogue, asked: Asked, n_matching: int, n_runs: int, *, groups: bool) -> None:
    """Draw the filter and say how many runs match. `groups`: the groups are chosen here, not on the page."""
    which = asked.filter
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{n_matching:,} of {count(n_runs, 'run')} match**", width="stretch")
        st.button("Clear", key="clear_filter", on_click=clear, disabled=asked == Asked(), type="tertiary")
    if groups:
        query = to_query(asked).get("group", [])
        _many("Groups", _groups(catalogue), "group", [name for name in query if name != ANY_GROUP], [ANY_GROUP])
    base = RunFilter(groups=which.groups)
    choices = data.filter_choices(catalogue, base)
    _many("States", _counted(choices.states, STATES), "state", which.states)
    choose_parameters(catalogue, base, which, choices.parameters)
    choose_metrics(data.metric_choices(catalogue, base), which)
    _text(which.text)
    with st.expander("Dates and tags", expanded=bool(which.created_from or which.created_to or which.tags)):
        left, right = st.columns(2)
        with left:
            _day("From", "from", which.created_from)
        with right:
            _day("To", "to", which.created_to)
        _many("Tags", _counted(choices.tags, team_words.tags(catalogue)), "tag", which.tags)
    with st.expander("Group by everything except", expanded=asked.but != SEED_KEYS):
        varying = data.varying_parameters(catalogue, which, ())
        names = {name: name for name in (*SEED_KEYS, *varying, *asked.but)}
        _many("The same setting, whatever its", names, "except", asked.but, [NOTHING], usual=SEED_KEYS)


def _many(
    label: str,
    words: Mapping[str, str],
    key: str,
    chosen: Sequence[str],
    nothing: Sequence[str] = (),
    usual: Sequence[str] = (),
) -> None:
    """Choose any of some values (id to words); in the URL as `key`, as `nothing` where none is chosen.

    `usual` is what the URL need not say.
    """
    words = {**words, **{name: f"{name} (0 runs)" for name in chosen if name not in words}}
    st.session_state[key] = list(chosen)

    def to_url() -> None:
        now = st.session_state[key]
        change({key: [] if usual and set(now) == set(usual) else now or nothing})

    st.multiselect(
        label,
        list(words),
        key=key,
        format_func=words.__getitem__,
        placeholder="none" if usual else "all",
        on_change=to_url,
    )


def _groups(catalogue: data.Catalogue) -> dict[str, str]:
    found = data.groups(catalogue, EVERYTHING)
    names = [group or NO_GROUP for group in found["group"]]
    return {name: f"{name} ({count(n, 'run')})" for name, n in zip(names, found["n_runs"], strict=True)}


def _counted(found: pd.DataFrame, names: Iterable[str] = ()) -> dict[str, str]:
    """Words for values (first column) with their numbers of runs (second); `names` come first, found or not."""
    known: dict[str, int] = dict(found.itertuples(index=False, name=None))
    return {name: f"{name} ({known.get(name, 0):,})" for name in dict.fromkeys([*names, *known])}


def _text(text: str) -> None:
    st.session_state["text"] = text
    tip = "Runs with this in their id, name, group, notes or tags, in capitals or not."
    st.text_input("Text", key="text", help=tip, placeholder="id, name, notes or tags", on_change=_changed("text"))


def _day(label: str, key: str, day: date | None) -> None:
    st.session_state[key] = day
    st.date_input(label, key=key, help="Day on which a run was created, UTC.", on_change=_changed(key))


def _changed(key: str) -> Callable[[], None]:
    def to_url() -> None:
        now = st.session_state[key]
        change({key: [str(now).strip()] if now else []})

    return to_url
