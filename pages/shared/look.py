"""Which theme the reader's browser shows, and how charts are put on a page."""

import streamlit as st

from pages.shared.charts.theme import Theme


def theme() -> Theme:
    """Return the theme in force; light until the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"
