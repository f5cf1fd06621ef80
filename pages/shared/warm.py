"""What pages import, brought in while people look at the first one, so that none of them waits for it later."""

import gc
import importlib
import pkgutil
import threading

import streamlit as st

import pages.shared


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Import the modules of all pages in the background, once in a server's life; SciPy alone takes a second."""
    thread = threading.Thread(target=_import_all, name="warm-up", daemon=True)
    thread.start()
    return thread


def _import_all() -> None:
    for module in pkgutil.walk_packages(pages.shared.__path__, "pages.shared."):
        importlib.import_module(module.name)
    # What was imported stays. A garbage collection that looks through all of it stops every session for 0.15 s.
    gc.collect()
    gc.freeze()
