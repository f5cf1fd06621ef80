"""What every page begins with: it runs inside app.py, and there is a store to show."""

import runpy
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.shared import data, empty, fresh
from pages.shared.controls import choose

APP = Path(__file__).resolve().parents[2] / "app.py"


def start(title: str, words: str = "") -> tuple[data.Catalogue, pd.DataFrame]:
    """Write the title; return the store's version in force and its groups, or say what to do and end the page.

    The page runs again by itself once there is a newer version.

    Streamlit runs a file of `pages/` alone until `st.navigation` has been called once in a server's life, so the
    first visit of a fresh server through a link into a page would miss app.py: then app.py is run first.
    """
    if PagesManager.uses_pages_directory:
        runpy.run_path(str(APP))
        st.stop()
    stores = data.stores()
    if len(stores) > 1:
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        left.title(title)
        with right:
            name = choose("Store", {name: name for name in stores}, "store", resets="run", remember=True)
    else:
        st.title(title)
        name = next(iter(stores))
    if words:
        st.markdown(words)
    catalogue = data.catalogue(name, stores[name])
    fresh.watch(stores[name], catalogue and catalogue.version)
    if catalogue is None:
        empty.no_store(stores[name])
        st.stop()
    groups = data.groups(catalogue)
    if groups.empty:
        empty.no_runs(stores[name])
        st.stop()
    return catalogue, groups
