"""Which filter is in force: the URL's, else the one this session had last, else the page's own beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages.shared import data
from pages.shared.filter_url import ANY_GROUP, belongs, from_query, to_query
from pages.shared.text import NO_GROUP
from store.filters import RunFilter

_LAST, _BEGUN = "last filter", "group begun with"


def in_force(catalogue: data.Catalogue, *, newest: bool) -> RunFilter:
    """Return the filter and make the URL say it. `newest`: begin with the newest group where none is named."""
    query = {key: st.query_params.get_all(key) for key in st.query_params if belongs(key)}
    if not query:
        query = dict(st.session_state.get(_LAST, {}).get(catalogue.path, {}))
    which, problems = from_query(query, data.kinds(catalogue))
    for problem in problems:
        st.toast(problem, icon=":material/link_off:")
    groups = query.get("group", [])
    if newest and not groups:
        groups = [_newest(catalogue, which)]
        st.session_state[_BEGUN] = groups
        which = replace(which, groups=to_groups(groups))
    _remember(catalogue, which, groups)
    write(to_query(which) | ({"group": groups} if groups else {}))
    return which


def to_groups(names: Sequence[str]) -> tuple[str | None, ...]:
    """The groups that their names in the URL mean."""
    return from_query({"group": names}, {})[0].groups


def write(query: Mapping[str, list[str]]) -> None:
    """Make the URL's filter this one."""
    for key in [key for key in st.query_params if belongs(key) and key not in query]:
        del st.query_params[key]
    for key, values in query.items():
        if st.query_params.get_all(key) != values:
            st.query_params[key] = values


def change(key: str, values: Sequence[str]) -> None:
    """Change one key of the filter; a run that was looked at closer is looked at no more."""
    if values:
        st.query_params[key] = list(values)
    else:
        st.query_params.pop(key, None)
    st.query_params.pop("run", None)
    if not any(belongs(each) for each in st.query_params):
        st.session_state.pop(_LAST, None)  # or it would come back


def clear() -> None:
    """Drop every restriction, so that a page begins anew."""
    st.session_state.pop(_LAST, None)
    st.query_params.pop("run", None)
    write({})


def _newest(catalogue: data.Catalogue, which: RunFilter) -> str:
    groups = data.groups(catalogue, which)
    return (groups["group"].iloc[0] or NO_GROUP) if len(groups) else ANY_GROUP


def _remember(catalogue: data.Catalogue, which: RunFilter, groups: list[str]) -> None:
    """Keep what a person chose for the next page; the group that a page began with is not a choice."""
    chosen = to_query(which)
    chosen.pop("group", None)
    if groups and groups != st.session_state.get(_BEGUN):
        chosen["group"] = groups
    st.session_state.setdefault(_LAST, {})[catalogue.path] = chosen
