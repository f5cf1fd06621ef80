"""Generalisation: how does a model do on orbits of other shapes than it was trained on?"""

from pathlib import Path

import streamlit as st

from pages.shared.charts.gridmaps import MOST_CELLS
from pages.shared.grids import data as grid_data
from pages.shared.grids.controls import DIFFERENCE, choose_look, choose_settings
from pages.shared.grids.model_choice import choose_models, named
from pages.shared.grids.named_orbits import show_named
from pages.shared.grids.orbit_view import show_orbit
from pages.shared.grids.text import INSIDE, answer, how_to_read, numbers_table
from pages.shared.grids.views import show_maps, show_marginals
from pages.shared.jobs import job_panel
from pages.shared.start import start
from pages.shared.tables import show_table
from pages.shared.text import count, listed, plain
from runner import jobs

view = start("Generalisation")
catalogue = view.catalogue
home, places = grid_data.home(catalogue), grid_data.places(catalogue)
evaluated = grid_data.evaluated(places)
models, n_models = grid_data.models(catalogue, view.filter, named(), evaluated)
if models.empty:
    st.info("No run that matches has a model file, so there is nothing to evaluate: train or sync some runs first.")
    st.stop()
chosen = choose_models(models, evaluated, n_models)
settings = choose_settings()
if settings is None:
    st.stop()

found, damaged = grid_data.readable(grid_data.grid_files(places, tuple(chosen["model_sha256"]), settings))
for sentence in damaged:
    st.warning(plain(sentence), icon=":material/broken_image:")
lacking = chosen[~chosen["model_sha256"].isin(list(found))]
if len(lacking):
    arguments = jobs.grid_arguments(list(lacking["run_key"]), settings, Path(catalogue.path))
    title = f"{settings.n_a} x {settings.n_e} grid of {count(len(lacking), 'model')}: {listed(list(lacking['run_id']))}"
    what = f"{len(lacking)} of {count(len(chosen), 'chosen model')} not yet evaluated on these orbits."
    job_panel.offer(Path(home.path), arguments, title, what, jobs.estimate_s(settings, len(lacking)), "grid")
job_panel.others(Path(home.path))

runs = chosen[chosen["model_sha256"].isin(list(found))]
if len(runs):
    files = dict(zip(runs["label"], runs["model_sha256"].map(found), strict=True))
    grids = {label: grid_data.cells(file) for label, file in files.items()}
    look = choose_look(list(next(iter(grids.values())).columns), list(runs["setting"]))
    told = answer(grids, list(runs["setting"]), look.field, look.threshold)
    st.markdown(f"##### {told}")
    coarser = max(settings.n_a, settings.n_e) > MOST_CELLS
    caption = how_to_read(settings, marks=look.view != DIFFERENCE, coarser=coarser)
    show_maps(grids, runs, look, told.replace("**", ""), caption)
    cell = st.query_params.get("cell", "")
    if cell.isdigit():
        with st.container(border=True, key="orbit_panel"):
            show_orbit(catalogue, grids, files, runs, settings, int(cell), look)
    st.subheader("In numbers")
    show_table(numbers_table(grids, list(runs["dataset_name"]), look.field, look.threshold))
    st.caption(INSIDE)
    st.subheader("Over one axis")
    show_marginals(grids, runs, look)
show_named(view, home, models, chosen)
