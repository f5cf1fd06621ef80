"""Saved views in the sidebar: open one, save what is shown now, delete one."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.shared.access import may_edit, who, why_not
from pages.shared.filter.url import ANY_GROUP, belongs
from pages.shared.text import moment, plain
from store.connect import StoreError
from store.evaluations import evaluation_store
from store.views import SavedView, delete_view, save_view, saved_views

PAGE = "page"  # where app.py notes the path of the page that runs, in the session
_PAGES = Path(__file__).resolve().parents[2]


def show(store: Path) -> None:
    """List the views of a store as links, and offer to save this one under a name and to delete one."""
    home = evaluation_store(store)
    found = [view for view in saved_views(home) if _file(view).exists()]
    with st.expander(f"Saved views ({len(found)})" if found else "Saved views"):
        for view in found:
            told = f"Saved by {plain(view.who)}, {moment(view.at)}."
            st.page_link(
                _file(view), label=plain(view.name), icon=":material/bookmark:", query_params=_query(view), help=told
            )
        if not found:
            st.caption(
                "None yet. A view is a page with all that is chosen on it, kept under a name for the whole team."
            )
        with st.form("save_view", border=False):
            st.text_input("Save this view as", key="view_name", disabled=not may_edit(), help=why_not() or None)
            st.form_submit_button("Save", on_click=_save, args=(home,), disabled=not may_edit())
        if found:
            _choose_to_delete(home, [view.name for view in found])


def _save(home: Path) -> None:
    if not may_edit():
        return
    query = {key: st.query_params.get_all(key) for key in st.query_params}
    try:
        view = save_view(home, st.session_state["view_name"], st.session_state.get(PAGE, ""), query, who())
    except StoreError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    st.session_state["view_name"] = ""
    st.toast(f"Saved for the team: {plain(view.name)}.", icon=":material/bookmark_added:")


def _choose_to_delete(home: Path, names: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Delete a view", names, index=None, key="view_to_delete", placeholder="which")
        st.button(
            "Delete",
            key="delete_view",
            on_click=_delete,
            args=(home, name),
            disabled=name is None or not may_edit(),
            help=why_not() or None,
        )


def _delete(home: Path, name: str) -> None:
    if not may_edit():
        return
    try:
        delete_view(home, name)
    except StoreError as error:
        st.toast(plain(str(error)), icon=":material/error:")
    st.session_state["view_to_delete"] = None


def _query(view: SavedView) -> dict[str, list[str]]:
    """What the view's link says; of a filter too, so that no page goes on with the one before."""
    query = {key: list(values) for key, values in view.query.items()}
    return query if any(map(belongs, query)) else {**query, "group": [ANY_GROUP]}


def _file(view: SavedView) -> Path:
    """The page's file, which is named as the page's path in the URL."""
    return _PAGES / f"{(view.page or 'home').replace('-', '_')}.py"
