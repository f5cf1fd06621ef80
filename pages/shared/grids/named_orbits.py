"""Named test datasets: what models are measured at on them, and the table of families the team publishes."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared.controls import choose, switch
from pages.shared.data import Catalogue
from pages.shared.exports import csv_button
from pages.shared.grids import data as grid_data
from pages.shared.grids.families import family_table, lacking_sentence
from pages.shared.grids.model_choice import labelled
from pages.shared.jobs import job_panel
from pages.shared.start import View
from pages.shared.text import count, listed, number, plain
from runner import jobs

HEADLINE = "acceleration_error"


def show_named(view: View, home: Catalogue, models: pd.DataFrame, chosen: pd.DataFrame) -> None:
    """Show what the chosen models' settings came to on each family, and offer to measure what is lacking.

    `models` are all that can be chosen.
    """
    st.subheader("On independent test orbits of each family")
    of = view.catalogue
    errors = grid_data.test_errors(of, view.filter, home, HEADLINE)
    everyone = switch("all settings", "all_settings", default=False, tip="Of all models that match, not of the chosen.")
    table = family_table(errors, labelled(models) if everyone else chosen)
    if len(table):
        st.dataframe(table, hide_index=True)
        st.caption(
            "Acceleration error, mean over all samples of 100 orbits of a family. A row is a setting: the median over "
            "its runs, which differ in their seeds, then the least and the greatest. All numbers of a row are of the "
            "same runs: those measured on each family that has a number."
        )
    mine = errors[errors["run_key"].isin(chosen["run_key"])]
    measured = set(mine[["run_key", "dataset"]].itertuples(index=False, name=None))
    keys, datasets, what = lacking_sentence(dict(zip(chosen["run_key"], chosen["label"], strict=True)), measured)
    if keys:
        arguments = jobs.dataset_arguments(keys, datasets, Path(of.path))
        run_ids = chosen.loc[chosen["run_key"].isin(keys), "run_id"]
        title = f"{count(len(keys), 'model')} on test orbits: {listed(list(run_ids))}"
        job_panel.offer(Path(home.path), arguments, title, plain(what), 8.0 + 0.5 * len(keys), "named")
    if len(mine):
        with st.expander("The chosen models, dataset by dataset"):
            st.dataframe(_by_dataset(mine), hide_index=True)
        with st.expander("The chosen models, orbit by orbit"):
            _by_orbit(of, home, chosen)


def _by_dataset(errors: pd.DataFrame) -> pd.DataFrame:
    told = errors.assign(value=[number(v) if pd.notna(v) else "not measured" for v in errors["value"]])
    names = {"run_id": "run", "trained_on": "trained on", "value": "acceleration error (%)", "n_orbits": "orbits"}
    return told[["run_id", "trained_on", "dataset", "value", "n_orbits"]].rename(columns=names)


def _by_orbit(of: Catalogue, home: Catalogue, runs: pd.DataFrame) -> None:
    """Show each test orbit with its elements and every chosen model's error on it."""
    errors = grid_data.orbit_errors(of, home, tuple(runs["run_key"]), HEADLINE)
    errors = errors.merge(runs[["run_key", "run_id", "label"]], on="run_key")
    if errors.empty:
        st.caption("These models' errors were not kept orbit by orbit.")
        return
    dataset = choose("Test orbits", {name: name for name in errors["dataset"].unique()}, "orbits")
    elements = grid_data.orbits_of(dataset).rename_axis("orbit")
    rows = errors[errors["dataset"] == dataset].merge(elements.reset_index(), on="orbit", how="left")
    table = rows.pivot(index="orbit", columns="label", values="value")
    shown = elements.join(table, how="right").reset_index()
    shown = shown.rename(columns={"a_km": "semi-major axis (km)", "e": "eccentricity"})
    three_digits = {name: st.column_config.NumberColumn(name, format="%.3g") for name in table.columns}
    st.dataframe(shown, hide_index=True, column_config=three_digits)
    st.caption("Mean acceleration error (%) over each orbit's samples; a click on a heading sorts.")
    csv_button(f"orbits-{dataset}", lambda: rows, "Every orbit's error with its elements and run id.", key="by_orbit")
