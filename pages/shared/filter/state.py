"""Which filter is in force: the URL's, else the one this session had last, else the page's own beginning."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages.shared import data
from pages.shared.controls import become
from pages.shared.filter.beginning import Rule
from pages.shared.filter.url import METRIC, PREFIX, Asked, belongs, from_query, metrics_in_url, texts, to_query
from store.filters import Measured, Range, Value

_LAST, _BEGUN, _STORE, _CLEARED = "last filter", "groups begun with", "store of the filter", "filter is cleared"


def in_force(catalogue: data.Catalogue, begin: Rule | None) -> Asked:
    """Return what is asked for and make the URL say it; `begin` chooses a group where none is named."""
    if st.session_state.setdefault(_STORE, catalogue.path) != catalogue.path:
        st.session_state[_STORE] = catalogue.path
        write({})  # what was chosen of another store says nothing of this one
    cleared = st.session_state.pop(_CLEARED, False)
    query = {} if cleared else {key: st.query_params.get_all(key) for key in st.query_params if belongs(key)}
    if not query:
        query = st.session_state.get(_LAST, {}).get(catalogue.path, {})
    kinds = data.kinds(catalogue)
    asked, problems = from_query(query, kinds)
    for problem in problems:
        st.toast(problem, icon=":material/link_off:")
    if begin and not asked.filter.groups and not asked.all_groups:
        asked = _with_first(catalogue, asked, begin)
        st.session_state[_BEGUN] = asked.filter.groups
    _remember(catalogue, asked)
    write(to_query(asked, kinds), without=("run",) if cleared else ())
    return asked


def write(query: Mapping[str, Sequence[str]], without: Collection[str] = ()) -> None:
    """Make the URL's filter this one, and take the keys `without` away."""
    become({**{key: () for key in st.query_params if belongs(key) or key in without}, **query})


def change(keys: Mapping[str, Sequence[str]]) -> None:
    """Change keys of the URL's filter; a run that was looked at closer is looked at no more."""
    become({**keys, "run": ()})
    if not any(belongs(each) for each in st.query_params):
        st.session_state.pop(_LAST, None)  # or it would come back


def restrict(
    parameters: Sequence[tuple[str, tuple[Value, ...] | Range]],
    kinds: Mapping[str, str],
    metrics: Sequence[tuple[Measured, Range | None]] = (),
) -> None:
    """Restrict the filter to values or a range of each parameter, and a range of each metric.

    No values, and None for a range, take the restriction away. `kinds` are those of the parameters.
    """
    of_metrics = {METRIC + measured.metric for measured, _ in metrics}
    asked, _ = from_query({key: st.query_params.get_all(key) for key in of_metrics}, kinds)
    ranges = {**dict(asked.filter.metrics), **dict(metrics)}
    known = metrics_in_url([(measured, wanted) for measured, wanted in ranges.items() if wanted is not None])
    wanted_values = {PREFIX + name: texts(wanted, kinds.get(name)) for name, wanted in parameters}
    change({**dict.fromkeys(of_metrics, ()), **known, **wanted_values})


def clear() -> None:
    """Drop every restriction, so that the page begins anew; the URL changes when it does."""
    st.session_state.pop(_LAST, None)
    st.session_state[_CLEARED] = True


def _with_first(catalogue: data.Catalogue, asked: Asked, begin: Rule) -> Asked:
    found = data.group_variation(catalogue, asked.filter)
    groups = (max(found, key=begin).group,) if found else ()  # of equals the first, which is the newest
    return replace(asked, filter=replace(asked.filter, groups=groups))


def _remember(catalogue: data.Catalogue, asked: Asked) -> None:
    """Keep what a person chose for the next page; the group that a page began with is not a choice."""
    if asked.filter.groups == st.session_state.get(_BEGUN):
        asked = replace(asked, filter=replace(asked.filter, groups=()))
    st.session_state.setdefault(_LAST, {})[catalogue.path] = to_query(asked, data.kinds(catalogue))
