"""What a page says when there is nothing to show: why, and what to do next."""

import shlex
from pathlib import Path
from typing import NoReturn

import streamlit as st

from pages.shared.filter.state import clear
from pages.shared.filter.words import groups_text, restrictions
from pages.shared.text import plain
from store.filters import RunFilter
from store.location import DEFAULT, SHIPPED
from store.queries import Unmeasured, unmeasured_sentence


def quickstart(store: Path) -> str:
    """The command that trains a first, small sweep into the store."""
    return f"python -m runner sweep runner/sweeps/quickstart.yaml{_into(store)}"


def sync(store: Path, group: str = "") -> str:
    """The command that brings a group's runs into the store."""
    return f"python -m runner sync {shlex.quote(group) if group else 'GROUP'}{_into(store)}"


def no_store(store: Path) -> None:
    """There is no run store yet."""
    _what_to_do(f"There is no run store at {store} yet.", store)


def no_runs(store: Path) -> None:
    """There is a store without a run in it."""
    _what_to_do(f"The run store at {store} holds no run yet.", store)


def nothing_matches_stop(which: RunFilter) -> NoReturn:
    """No run meets the filter: say what it asks for, and how to ask for less."""
    asked = "; ".join(map(plain, restrictions(which)))
    st.info(f"No run of this store matches the filter in the sidebar: {asked}. Take a restriction away, or all:")
    st.button("Clear the filter", key="clear_filter_here", on_click=clear, icon=":material/filter_alt_off:")
    st.stop()


def unknown_filter_stop(why: str) -> NoReturn:
    """The filter asks for what is not in this store: say so, and offer to do without."""
    st.warning(plain(why), icon=":material/link_off:")
    st.button("Clear the filter", key="clear_filter_here", on_click=clear, icon=":material/filter_alt_off:")
    st.stop()


def no_metric_stop(which: RunFilter, store: Path, found: Unmeasured) -> NoReturn:
    """No run that matches was measured: say why, and end the page."""
    problem = f"No run of {plain(groups_text(which))} has been measured yet."
    if not found.n_running:
        st.info(f"{problem} {plain(unmeasured_sentence(found))} This page needs one of these metrics.")
        st.stop()
    st.info(
        f"{problem} {found.n_running} of {found.n_runs} are still running: when they are finished, bring the results "
        "in, and this page shows them:"
    )
    st.code(sync(store, which.groups[0] or "" if len(which.groups) == 1 else ""), language="bash")
    st.stop()


def nothing_usable(name: str) -> None:
    """Runs were measured, but not one of them is finished with a finite value."""
    st.warning(
        f"Not one run of {plain(name)} is finished with a finite value, so there is no distribution to "
        "draw. The runs and their reasons are listed below; choose another metric or dataset, or train again with a "
        "smaller learning rate."
    )


def _what_to_do(why: str, store: Path) -> None:
    st.info(f"{plain(why)} Train a first, small sweep (under two minutes on two cores), and this page shows it:")
    st.code(quickstart(store), language="bash")
    st.markdown("Or bring in the runs of a W&B group that were trained on this machine:")
    st.code(sync(store), language="bash")


def _into(store: Path) -> str:
    """The option that names the store; own runs need none, and nothing is ever written to the shipped studies."""
    return "" if store in (DEFAULT, SHIPPED) else f" --store {shlex.quote(str(store))}"
