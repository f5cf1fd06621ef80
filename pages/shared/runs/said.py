"""Tags and notes on a run: those that came with it from W&B, and what the team says of it here."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from pages.shared.access import may_edit, who, why_not
from pages.shared.data import Catalogue
from pages.shared.runs import data as run_data
from pages.shared.text import moment, plain, plain_lines
from store.annotations import Annotation, Note, add_note, add_tag, remove_note, remove_tag
from store.errors import StoreError
from store.queries import RunDetail

_PROBLEM = "note problem"


def show_said(of: Catalogue, detail: RunDetail) -> None:
    """Show a run's tags and notes; editors add to them and take their own notes back."""
    home, said = run_data.annotation_home(of), run_data.said(of)
    mine = said.get(detail.run_key, Annotation())
    st.markdown("**Tags and notes**")
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.error(plain(problem))
    if detail.tags:
        st.markdown("From W&B: " + " ".join(f":gray-badge[{plain(tag)}]" for tag in detail.tags))
    _tags(home, detail.run_key, mine, sorted({tag for a in said.values() for tag in a.tags}))
    if detail.notes:
        _said(detail.notes, "W&B")
    for note in mine.notes:
        _note(home, detail.run_key, note)
    _new_note(home, detail.run_key)


def _tags(home: Path, run_key: str, mine: Annotation, known: list[str]) -> None:
    key = f"tags_{run_key}"
    st.session_state[key] = list(mine.tags)

    def changed() -> None:
        wanted = set(st.session_state[key])
        for tag in sorted(wanted - set(mine.tags)):
            _tried(partial(add_tag, home, run_key, tag, who()))
        for tag in sorted(set(mine.tags) - wanted):
            _tried(partial(remove_tag, home, run_key, tag, who()))

    st.multiselect(
        "Tags of the team",
        known,
        key=key,
        on_change=changed,
        accept_new_options=True,
        placeholder="none yet; type one" if may_edit() else "none yet",
        disabled=not may_edit(),
        help=why_not() or "Kept in the store, seen by everybody; a sync does not change them.",
    )


def _note(home: Path, run_key: str, note: Note) -> None:
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container():
            _said(note.text, f"{note.who}, {moment(note.at)}")
        if may_edit():
            st.button(
                "Take back",
                key=f"take_back_{note.id}",
                type="tertiary",
                icon=":material/close:",
                help=f"Remove this note of {plain(note.who)}.",
                on_click=_tried,
                args=(partial(remove_note, home, run_key, note.id, who()),),
            )


def _said(text: str, by: str) -> None:
    st.markdown(plain_lines(text))
    st.caption(plain(by))


def _new_note(home: Path, run_key: str) -> None:
    with st.form(f"note_{run_key}", clear_on_submit=True, border=False):
        text = st.text_area("New note", height=80, disabled=not may_edit(), help=why_not() or None)
        sent = st.form_submit_button("Add the note", disabled=not may_edit(), icon=":material/edit_note:")
    if sent:
        _tried(partial(add_note, home, run_key, text, who()))
        st.rerun()


def _tried(change: Callable[[], None]) -> None:
    """Make a change; what is wrong with it is said when the page is drawn anew."""
    try:
        change()
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)
