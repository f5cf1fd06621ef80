"""The rest of a run, on the page of runs: its model file, the orbits it was trained on, tags and notes."""

from pathlib import Path

import streamlit as st

from pages.shared import data
from pages.shared.controls import places
from pages.shared.runs import data as run_data
from pages.shared.runs.panel import show_run
from pages.shared.runs.said import show_said
from pages.shared.runs.training_orbits import show_training_orbits
from pages.shared.text import plain
from store.filters import of_group
from store.models import FOLDER
from store.queries import RunDetail


def show_run_page(of: data.Catalogue, name: str) -> None:
    """Show all of the run that a link calls `name`; the parameters that differ within its group come first."""
    found = run_data.named(of, (name,))
    if found.empty:
        st.warning(f"There is no run {plain(name)} in this store: sync its group, or choose another run above.")
        return
    run_key = str(found["run_key"].iloc[0])
    detail = data.run(of, run_key)
    with st.container(border=True, key="run_panel"):
        show_run(of, run_key, data.varying_parameters(of, of_group(detail.group), ()), more=False)
        _model(of, detail)
        said, orbits = places(420, 420, top=True)
        with said:
            show_said(of, detail)
        with orbits:
            show_training_orbits(detail, run_data.orbit_metrics(of, run_key), Path(of.path))


def _model(of: data.Catalogue, detail: RunDetail) -> None:
    """Offer the model file, or say why there is none."""
    if detail.model_file is None:
        st.caption(plain(detail.model_problem or "This run logged no model, so there is no file to download."))
        return
    path = Path(of.path) / FOLDER / detail.model_file
    if not path.is_file():
        st.caption("The model file is no longer in the store: `python -m runner doctor` says more.")
        return
    if detail.model_problem:
        st.warning(plain(detail.model_problem))
    size = f"{(detail.model_bytes or 0) / 1000:,.0f} kB"
    st.download_button(
        f"Model file ({size})",
        data=path.read_bytes,
        file_name=f"{detail.run_id}.eqx",
        mime="application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
        help="A line of JSON with the run's config, then the Equinox leaves of func, rtol and atol.",
        key="download_model",
    )
