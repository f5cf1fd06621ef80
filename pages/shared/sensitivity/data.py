"""What the Sensitivity page reads and computes; cached by the store's version."""

import streamlit as st

from orbitsens.sensitivity.analysis import Analysis, analyse, with_sobol
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.importance import Importances, importances
from orbitsens.sensitivity.linear_maps import linear_remark
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.wording import Metric
from pages.shared.data import Catalogue, Measured, in_turn, large, varying_parameters
from pages.shared.study_data import in_settings, run_metric
from pages.shared.text import metric
from store.filters import RunFilter

_cached = st.cache_data(show_spinner=False, max_entries=16)


@large
@in_turn
def analysis(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> Analysis:
    """The whole answer of some runs."""
    return analyse(in_settings(of, which, measured, but), varying_parameters(of, which, but))


def remark(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> str:
    """Say what has to be known of the best setting of some runs: that its network is a linear map; "" if it is not."""
    words = Metric(metric(measured.metric).label, metric(measured.metric).unit)
    return linear_remark(analysis(of, which, measured, but), run_metric(of, which, measured), words)


@large
def full_analysis(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> Analysis:
    """The whole answer with Sobol indices, or why there are none; takes up to a minute."""
    return with_sobol(analysis(of, which, measured, but))


@_cached
def importance(of: Catalogue, which: RunFilter, measured: Measured, but: tuple[str, ...]) -> Importances | str:
    """Importances in some runs, or the sentence that says why there are none."""
    try:
        return importances(response(in_settings(of, which, measured, but), varying_parameters(of, which, but)))
    except CannotSay as reason:
        return str(reason)
