"""Generalisation: how does a model do on orbits of other shapes than it was trained on?"""

from pathlib import Path

import streamlit as st

from pages.shared import grid_data, job_panel
from pages.shared.charts.gridmaps import MOST_CELLS
from pages.shared.exports import csv_button
from pages.shared.grid_controls import choose_look, choose_models, choose_settings
from pages.shared.grid_text import answer, how_to_read, numbers_table
from pages.shared.grid_views import all_cells, show_maps, show_marginals, show_orbit
from pages.shared.named_orbits import show_named
from pages.shared.start import start
from pages.shared.text import count
from runner import jobs

catalogue, _ = start("Generalisation")
home = grid_data.home(catalogue)
models = grid_data.models(catalogue)
if models.empty:
    st.info("No run of this store has a model file, so there is nothing to evaluate: train or sync some runs first.")
    st.stop()
runs = choose_models(models)
settings = choose_settings()
if settings is None:
    st.stop()

found = grid_data.grid_files(home, tuple(runs["model_sha256"]), settings)
lacking = runs[~runs["model_sha256"].isin(list(found))]
if len(lacking):
    arguments = jobs.grid_arguments(list(lacking["run_key"]), settings, Path(catalogue.path))
    title = f"{settings.n_a} x {settings.n_e} grid of {count(len(lacking), 'model')}"
    what = f"{len(lacking)} of {count(len(runs), 'chosen model')} not yet evaluated on these orbits."
    job_panel.offer(Path(home.path), arguments, title, what, jobs.estimate_s(settings, len(lacking)), "grid")
job_panel.others(Path(home.path))

runs = runs[runs["model_sha256"].isin(list(found))]
if len(runs):
    files = dict(zip(runs["label"], runs["model_sha256"].map(found), strict=True))
    grids = {label: grid_data.cells(home.path, name) for label, name in files.items()}
    look = choose_look(list(next(iter(grids.values())).columns), len(grids))
    st.markdown(f"##### {answer(grids, look.field, look.threshold)}")
    show_maps(grids, runs, look)
    st.caption(how_to_read(settings, drawn_coarser=max(settings.n_a, settings.n_e) > MOST_CELLS))
    st.dataframe(numbers_table(grids, list(runs["dataset_name"]), look.field, look.threshold), hide_index=True)
    csv_button(
        f"grid-{'-'.join(runs['run_id'])}",
        lambda: all_cells(grids, runs),
        "Every cell of every model with its run id, also the infeasible ones.",
    )
    cell = st.query_params.get("cell", "")
    if cell.isdigit():
        with st.container(border=True, key="orbit_panel"):
            show_orbit(grids, files, home.path, settings, int(cell), look)
    st.subheader("Over one axis")
    show_marginals(grids, look)
    st.caption("Line: the median over the feasible cells; band: quartiles.")
show_named(catalogue, home, runs)
