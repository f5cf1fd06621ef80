"""Importances and Sobol indices on the Sensitivity page, on demand: both take up to a minute."""

import streamlit as st

from orbitsens.sensitivity.labels import label
from pages.shared import look
from pages.shared.charts.effects import importance_chart
from pages.shared.controls import switch
from pages.shared.data import Measured
from pages.shared.sensitivity import data
from pages.shared.start import View
from pages.shared.text import plain


def show_importance(view: View, measured: Measured) -> None:
    """Show what of the parameters' importance is beyond noise, and Sobol indices where a surrogate earns them."""
    tip = "For large random sweeps; takes up to a minute."
    if not switch("Compute importances and Sobol indices", "importance", default=False, tip=tip):
        return
    with st.spinner("Fitting forests to the runs and to permuted ones ..."):
        found = data.importance(view.catalogue, view.filter, measured, view.but)
    if isinstance(found, str):
        st.markdown(plain(found))
    else:
        real = found.table[found.table["real"]]["parameter"].map(label).tolist()
        st.markdown(f"Beyond what noise shows: {', '.join(map(plain, real)) or 'none'}.")
        st.altair_chart(importance_chart(found, look.theme()), theme=None, key="importances")
        st.dataframe(found.table, hide_index=True)
        st.caption(f"Method: {found.method}.")
    with st.spinner("Fitting a surrogate to the settings ..."):
        sobol = data.full_analysis(view.catalogue, view.filter, measured, view.but).sobol
    if sobol is None or isinstance(sobol, str):
        st.markdown(sobol)
    else:
        st.markdown(
            "Sobol indices: the share of the variance that a parameter causes alone (first) and with others (total)."
        )
        st.dataframe(sobol.table, hide_index=True)
        st.caption(f"Method: {sobol.method}.")
