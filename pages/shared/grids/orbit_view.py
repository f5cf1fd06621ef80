"""One cell of the Generalisation page: its orbit, the errors along it, and the numbers."""

from collections.abc import Mapping
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from orbitsens.constants import EARTH_RADIUS_KM
from orbitsens.grid_settings import GridSettings
from pages.shared import look
from pages.shared.charts.orbits import CellOrbit, along_orbit, orbit_picture
from pages.shared.charts.picture import side_by_side
from pages.shared.charts.theme import Theme
from pages.shared.controls import choose, places
from pages.shared.data import Catalogue
from pages.shared.exports import download_row
from pages.shared.grids import data as grid_data
from pages.shared.grids.controls import Look
from pages.shared.grids.data import GridFile
from pages.shared.grids.panels import Grids
from pages.shared.grids.text import GRID_FIELDS
from pages.shared.jobs import job_panel
from pages.shared.text import number, plain
from runner import jobs
from store.connect import StoreError

_ALONG = {"error_along": "acceleration error (%)", "position_error_along": "rollout position error (km)"}


def show_orbit(
    of: Catalogue,
    grids: Grids,
    files: Mapping[str, GridFile],
    runs: pd.DataFrame,
    settings: GridSettings,
    row: int,
    how: Look,
) -> None:
    """Show the cell in row `row`: a model's orbit, the errors along it, and the numbers; nothing if it is infeasible.

    Where the grid has not kept it, or has not rolled it out, that is offered for this one orbit.
    """
    first = next(iter(grids.values()))
    if not 0 <= row < len(first) or not first["feasible"].iloc[row]:
        return
    a, e = float(first["a_km"].iloc[row]), float(first["e"].iloc[row])
    periapsis = f"periapsis {a * (1 - e) - EARTH_RADIUS_KM:,.0f} km above the surface"
    st.subheader(f"Orbit with a = {a:,.0f} km, e = {e:.3f}")
    st.caption(f"{periapsis}; argument of periapsis {settings.arguments_deg[0]:g} deg; the first sample at periapsis.")
    name = choose("Model", {name: name for name in grids}, "of") if len(grids) > 1 else next(iter(grids))
    run = next(run for run in runs.to_dict("records") if run["label"] == name)
    try:
        cell, along = grids[name].iloc[row], grid_data.along(files[name], row) if settings.keeps_orbits else {}
    except StoreError as error:
        st.warning(plain(str(error)), icon=":material/broken_image:")
        return
    if "path_x" not in along:
        alone = _alone(settings, a, e)
        files_alone = grid_data.grid_files(grid_data.places(of), (run["model_sha256"],), alone)
        rolled = grid_data.readable(files_alone)[0].get(run["model_sha256"])
        if rolled is None:
            home, arguments = grid_data.home(of), jobs.grid_arguments([run["run_key"]], alone, Path(of.path))
            title, words = f"one orbit of {name}, rolled out", "The model has not been rolled out along this orbit."
            time = jobs.estimate_s(alone, 1)
            job_panel.offer(Path(home.path), arguments, title, words, time, "orbit", verb="Roll it out")
        else:
            cell, along = grid_data.cells(rolled).iloc[0], grid_data.along(rolled, 0)
    if along:
        _show_charts(CellOrbit(a, e, settings.arguments_deg[0], settings.start_deg, along), name, run["run_id"], how)
    st.dataframe(_cell_numbers(cell), hide_index=True)


def _alone(settings: GridSettings, a_km: float, e: float) -> GridSettings:
    """A grid of one cell, rolled out."""
    one = {"n_a": 1, "n_e": 1, "a_range_km": [a_km, a_km], "e_range": [e, e]}
    return GridSettings.from_plain(settings.plain() | one | {"revolutions": settings.revolutions or 1})


def _show_charts(orbit: CellOrbit, name: str, run_id: str, how: Look) -> None:
    def charts(theme: Theme) -> dict[str, alt.LayerChart]:
        errors = {c: along_orbit(orbit, c, title, how.log, theme) for c, title in _ALONG.items() if c in orbit.along}
        return {"orbit": orbit_picture(orbit, theme), **errors}

    drawn = charts(look.theme())
    left, right = places(400, 500, top=True)
    with left:
        st.altair_chart(drawn.pop("orbit"), theme=None, width="content", key="orbit")
    with right:
        for column, chart in drawn.items():
            st.altair_chart(chart, theme=None, key=column)
    download_row(
        f"orbit-{run_id}-{orbit.a_km:.0f}km-e{orbit.e:.3f}",
        lambda: side_by_side(charts("light"), 3),
        f"{name}: orbit with a = {orbit.a_km:,.0f} km, e = {orbit.e:.3f}",
        [f"Run {run_id}."],
        lambda: _samples(orbit).assign(run_id=run_id, model=name, a_km=orbit.a_km, e=orbit.e),
        "Every sample along the orbit, in its plane (km), with the run id.",
        key="orbit",
    )


def _samples(orbit: CellOrbit) -> pd.DataFrame:
    """What lies along an orbit, a row per sample; accelerations at some of them only, in the picture alone."""
    columns = {k: np.asarray(v, dtype=float) for k, v in orbit.along.items() if not k.startswith("acceleration")}
    n = max(map(len, columns.values()))
    x, y = orbit.positions(n).T
    known = {"true_anomaly_deg": orbit.anomalies_deg(n), "true_x": x, "true_y": y}
    return pd.DataFrame({name: pd.Series(values) for name, values in {**known, **columns}.items()})


def _cell_numbers(cell: "pd.Series[float]") -> pd.DataFrame:
    failed = str(cell["failed"]) == "True"
    known = [name for name in GRID_FIELDS if name in cell.index]
    words = {GRID_FIELDS[name].axis: number(cell[name]) if pd.notna(cell[name]) else "failed" for name in known}
    if "position_error_km" in known:
        words["rollout"] = "failed" if failed else "to its end"
    return pd.DataFrame({"at this orbit": list(words), "value": list(words.values())})
