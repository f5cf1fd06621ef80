"""What the Sensitivity page reads and computes; cached by the store's version."""

from pathlib import Path

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.analysis import Analysis, analyse
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.importance import Importances, importances
from orbitsens.sensitivity.response import response
from pages.shared.data import Catalogue, Measured, varying_parameters
from store import queries
from store.connect import read_catalogue

_cached = st.cache_data(show_spinner=False, max_entries=16)


@_cached
def runs(of: Catalogue, group: str, measured: Measured) -> pd.DataFrame:
    """Every run of a group with its value and its parameters."""
    with read_catalogue(Path(of.path)) as con:
        return queries.run_metric(con, group or None, *measured)


@_cached
def analysis(of: Catalogue, group: str, measured: Measured) -> Analysis:
    """The whole answer of a group."""
    return analyse(runs(of, group, measured), varying_parameters(of, group))


@_cached
def importance(of: Catalogue, group: str, measured: Measured) -> Importances | str:
    """Importances of a group, or the sentence that says why there are none."""
    try:
        return importances(response(runs(of, group, measured), varying_parameters(of, group)))
    except CannotSay as reason:
        return str(reason)
