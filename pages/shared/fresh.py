"""How old what a page shows is; and the page again, by itself, once its store has a newer version."""

from pathlib import Path

import streamlit as st

from pages.shared import data
from pages.shared.text import ago, moment
from store.connect import StoreError, store_version

_EVERY_S = 5.0


@st.fragment(run_every=_EVERY_S)
def watch(store: Path, version: int | None) -> None:
    """Say how old a version is; run the page again when another one is in force, or the first one has come."""
    try:
        now = store_version(store)
    except StoreError:
        now = None  # the page itself says what is wrong
    if now != version:
        st.rerun(scope="app")
    if version is not None:
        when = data.synced(store)
        st.caption(f"Version {version}, last sync {f'{ago(when)} ({moment(when)})' if when else 'unknown'}.")
