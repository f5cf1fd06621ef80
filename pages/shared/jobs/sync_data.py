"""What the Jobs page reads of the store; cached by the store's version."""

import pandas as pd
import streamlit as st

from pages.shared.data import Catalogue, reading
from store import sync_queries

_cached = st.cache_data(show_spinner=False, max_entries=8)


@_cached
def syncs(of: Catalogue) -> pd.DataFrame:
    """List the syncs that published something, the newest first."""
    with reading(of) as con:
        return sync_queries.syncs(con)


@_cached
def unfinished(of: Catalogue) -> pd.DataFrame:
    """Count the runs that are not simply finished, by group, state and what they say."""
    with reading(of) as con:
        return sync_queries.unfinished(con)
