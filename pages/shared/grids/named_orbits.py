"""Named test datasets: what models are measured at on them, and the table of families the team publishes."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared.controls import choose
from pages.shared.data import Catalogue
from pages.shared.exports import csv_button
from pages.shared.grids import data as grid_data
from pages.shared.jobs import job_panel
from pages.shared.start import View
from pages.shared.text import count, listed, number
from runner import jobs

ORDER = ("single", "simple", "complex")
FAMILIES = tuple(f"{family}_TBP_planar_100_test" for family in ORDER)
HEADLINE = "acceleration_error"


def show_named(view: View, home: Catalogue, runs: pd.DataFrame) -> None:
    """Show the table of families and the chosen models' errors, and offer to measure what is lacking."""
    st.subheader("On independent test orbits of each family")
    of = view.catalogue
    errors = grid_data.test_errors(of, view.filter, home, HEADLINE)
    table = family_table(errors[errors["dataset"].isin(FAMILIES)])
    if len(table):
        st.dataframe(table, hide_index=True)
        st.caption(
            "Acceleration error (%), mean over all samples of 100 orbits of a family; then the mean over all "
            "matching runs that were measured on them, whatever their settings."
        )
    chosen = errors[errors["run_key"].isin(runs["run_key"])]
    measured = set(chosen[["run_key", "dataset"]].itertuples(index=False, name=None))
    lacking = runs[[any((key, name) not in measured for name in FAMILIES) for key in runs["run_key"]]]
    if len(lacking):
        arguments = jobs.dataset_arguments(list(lacking["run_key"]), FAMILIES, Path(of.path))
        what = f"{count(len(lacking), 'chosen model')} not yet measured on {', '.join(FAMILIES)}."
        title = f"{count(len(lacking), 'model')} on test orbits: {listed(list(lacking['run_id']))}"
        job_panel.offer(Path(home.path), arguments, title, what, 8.0 + 0.5 * len(lacking), "named")
    if len(chosen):
        with st.expander("The chosen models, dataset by dataset"):
            st.dataframe(_by_dataset(chosen), hide_index=True)
        with st.expander("The chosen models, orbit by orbit"):
            _by_orbit(of, home, runs)


def family_table(errors: pd.DataFrame) -> pd.DataFrame:
    """Mean (best) error by the family trained on (rows) and the family tested on (columns), and how many runs."""
    rows = errors.assign(
        train=_families(errors["trained_on"]),
        test=_families(errors["dataset"]),
    ).dropna(subset="value")
    table = []
    for train in (name for name in ORDER if name in set(rows["train"])):
        line = {"trained on": train}
        for test in ORDER:
            cell = rows[(rows["train"] == train) & (rows["test"] == test)]
            n = cell["run_id"].nunique()
            line[f"on {test}"] = (
                f"{number(cell['value'].mean())} (best {number(cell['value'].min())}, n = {n})" if n else "not measured"
            )
        table.append(line)
    return pd.DataFrame(table)


def _families(names: "pd.Series[str]") -> "pd.Series[str]":
    return names.map({name: grid_data.family(str(name)) or "" for name in names.unique()})


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
    rows = errors[errors["dataset"] == dataset].merge(
        grid_data.orbits_of(dataset).rename_axis("orbit").reset_index(), on="orbit", how="left"
    )
    table = rows.pivot_table(index=["orbit", "a_km", "e"], columns="label", values="value", sort=False, dropna=False)
    shown = table.dropna(how="all").reset_index().rename(columns={"a_km": "semi-major axis (km)", "e": "eccentricity"})
    three_digits = {name: st.column_config.NumberColumn(name, format="%.3g") for name in table.columns}
    st.dataframe(shown, hide_index=True, column_config=three_digits)
    st.caption("Mean acceleration error (%) over each orbit's samples; a click on a heading sorts.")
    csv_button(f"orbits-{dataset}", lambda: rows, "Every orbit's error with its elements and run id.", key="by_orbit")
