"""Named test datasets: what models are measured at on them, and the table of families the team publishes."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import grid_data, job_panel
from pages.shared.data import Catalogue
from pages.shared.grid_views import family_table
from pages.shared.text import count, number
from runner import jobs

FAMILIES = tuple(f"{family}_TBP_planar_100_test" for family in ("single", "simple", "complex"))
HEADLINE = "acceleration_error"


def show_named(of: Catalogue, home: Catalogue, runs: pd.DataFrame) -> None:
    """Show the table of families and the chosen models' errors, and offer to measure what is lacking."""
    st.subheader("On independent test orbits of each family")
    errors = grid_data.test_errors(of, home, HEADLINE)
    table = family_table(errors[errors["dataset"].isin(FAMILIES)], [])
    if len(table):
        st.dataframe(table, hide_index=True)
        st.caption(
            "Mean acceleration error (%) over all runs of the store that were measured on 100 orbits of a family."
        )
    measured = set(errors[["run_key", "dataset"]].itertuples(index=False, name=None))
    lacking = [key for key in runs["run_key"] if any((key, name) not in measured for name in FAMILIES)]
    if lacking:
        arguments = jobs.dataset_arguments(lacking, FAMILIES, Path(of.path))
        what = f"{count(len(lacking), 'chosen model')} not yet measured on {', '.join(FAMILIES)}."
        title = f"test orbits of {count(len(lacking), 'model')}"
        job_panel.offer(Path(home.path), arguments, title, what, 8.0 + 0.5 * len(lacking), "named")
    chosen = errors[errors["run_key"].isin(runs["run_key"])]
    if len(chosen):
        with st.expander("The chosen models, dataset by dataset"):
            told = chosen.assign(value=[number(v) if pd.notna(v) else "not measured" for v in chosen["value"]])
            names = {
                "run_id": "run",
                "trained_on": "trained on",
                "value": "acceleration error (%)",
                "n_orbits": "orbits",
            }
            st.dataframe(
                told[["run_id", "trained_on", "dataset", "value", "n_orbits"]].rename(columns=names), hide_index=True
            )
