"""Compare: 2 to 50 runs side by side, their curves on top of each other, what they differ in, and what they came to."""

import streamlit as st

from pages.shared.runs import compare_settings, compare_views, data as run_data
from pages.shared.runs.differences import compare
from pages.shared.runs.table import MOST_COMPARED
from pages.shared.start import start

wanted = compare_views.linked()
view = start("Compare", filtered=not wanted)
run_keys = compare_views.chosen_runs(view, wanted)
compared = compare(
    run_data.compared(view.catalogue, run_keys), run_data.compared_extras(view.catalogue, run_keys), view.but
)

st.markdown(f"##### {compare_views.answer(compared)}")
compare_views.choose_others(view, compared, wanted, MOST_COMPARED)
curves = compare_views.show_overlaid(view.catalogue, compared)
compare_views.show_parameters(compared)
metrics = run_data.compared_metrics(view.catalogue, run_keys)
compare_views.show_metrics(compared, metrics)
compare_settings.show_settings(compared, metrics)
compare_settings.show_at_step(compared, curves)
