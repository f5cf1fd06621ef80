"""The filter in the sidebar, the same on every page."""

import streamlit as st

from pages.shared import data
from pages.shared.filter_state import change, clear
from pages.shared.filter_url import ANY_GROUP, to_query
from pages.shared.text import NO_GROUP, STATES, count
from store.filters import RunFilter


def show(catalogue: data.Catalogue, which: RunFilter, n_matching: int, n_runs: int, *, groups: bool) -> None:
    """Draw the filter and say how many runs match. `groups`: the groups are chosen here, not on the page."""
    st.markdown(f"**{n_matching:,} of {count(n_runs, 'run')} match**")
    if groups:
        _many("Groups", _group_words(catalogue), "group", to_query(which).get("group", []), nothing=[ANY_GROUP])
    choices = data.filter_choices(catalogue, RunFilter(groups=which.groups))
    states = dict(zip(choices.states["state"], choices.states["n_runs"], strict=True))
    words = {state: f"{state} ({states.get(state, 0):,})" for state in STATES}
    _many("States", words, "state", list(which.states))
    st.button("Clear the filter", key="clear_filter", on_click=clear, disabled=which == RunFilter())


def _group_words(catalogue: data.Catalogue) -> dict[str, str]:
    found = data.groups(catalogue)
    names = [group or NO_GROUP for group in found["group"]]
    return {name: f"{name} ({count(n, 'run')})" for name, n in zip(names, found["n_runs"], strict=True)}


def _many(label: str, words: dict[str, str], key: str, chosen: list[str], nothing: list[str] | None = None) -> None:
    """Choose any of some values; choosing none puts `nothing` into the URL."""
    words = words | {name: f"{name} (0 runs)" for name in chosen if name not in words}
    st.session_state[key] = chosen

    def to_url() -> None:
        change(key, st.session_state[key] or nothing or [])

    st.multiselect(label, list(words), key=key, format_func=words.__getitem__, placeholder="all", on_change=to_url)
