"""The parts of the Generalisation page: maps, marginal curves, one orbit, and named datasets."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from orbitsens.constants import EARTH_RADIUS_KM
from orbitsens.grid_settings import GridSettings
from orbitsens.sensitivity.generalisation import (
    across_models,
    colour_limits,
    difference,
    marginal,
    region_outline,
    threshold_edges,
)
from pages.shared import grid_data, look
from pages.shared.charts.gridmaps import PICK, PICK_FAILED, ColourScale, Overlay, heatmap, marginals
from pages.shared.charts.orbits import CellOrbit, along_orbit, orbit_picture
from pages.shared.controls import choose, put
from pages.shared.grid_controls import Look
from pages.shared.grid_text import GRID_FIELDS
from pages.shared.text import number

Grids = Mapping[str, pd.DataFrame]
_NONE = pd.DataFrame({"a_km": [], "e": []})
_ALONG = {"error_along": "acceleration error (%)", "position_error_along": "rollout position error (km)"}


def show_maps(grids: Grids, runs: pd.DataFrame, how: Look) -> None:
    """Draw the maps side by side on one colour scale."""
    axis = GRID_FIELDS[how.field].axis
    panels, scale = _panels(grids, how, axis)
    overlays = _overlays(grids, runs, how)
    selected = st.query_params.get("cell", "")
    columns = st.columns(min(3, len(panels)))
    for i, (name, (cells, field, scale_of)) in enumerate(panels.items()):
        with columns[i % len(columns)]:
            st.markdown(f"**{name}**")
            overlay = overlays.get(name, Overlay(_NONE, _NONE, pd.DataFrame()))
            drawn = heatmap(
                cells, field, scale_of or scale, overlay, look.theme(), int(selected) if selected.isdigit() else None
            )
            key = f"map_{i}"
            spoken = f"{axis} of {name} over semi-major axis and eccentricity"
            st.altair_chart(drawn, theme=None, key=key, on_select=lambda key=key: _picked(key), alt=spoken)


def _panels(
    grids: Grids, how: Look, axis: str
) -> tuple[dict[str, tuple[pd.DataFrame, str, ColourScale | None]], ColourScale]:
    if how.view == "difference" and len(grids) == 2:
        (a, first), (b, second) = grids.items()
        cells = difference(first, second, how.field)
        limits = colour_limits([cells["difference"].to_numpy()], max(how.clip, 2.0), 100.0 - max(how.clip, 2.0))
        scale = ColourScale(limits, log=False, title=f"difference, {axis}", diverging=True)
        return {f"{b} minus {a}": (cells, "difference", None)}, scale
    columns = [cells[how.field].to_numpy() for cells in grids.values()]
    scale = ColourScale(colour_limits(columns, how.clip, 100.0 - how.clip), how.log, axis)
    if how.view == "spread" and len(grids) > 1:
        cells = across_models(list(grids.values()), how.field)
        limits = colour_limits([cells["sd"].to_numpy()], how.clip, 100.0 - how.clip)
        spread = ColourScale(limits, how.log, f"sd of {axis}")
        name = f"of {len(grids)} models"
        return {f"mean {name}": (cells, "mean", None), f"sd {name}": (cells, "sd", spread)}, scale
    return {name: (cells, how.field, None) for name, cells in grids.items()}, scale


def _overlays(grids: Grids, runs: pd.DataFrame, how: Look) -> dict[str, Overlay]:
    found = {}
    for row in runs.to_dict("records"):
        cells = grids[row["label"]]
        n = -1 if pd.isna(row["num_trajs"]) else int(row["num_trajs"])
        family = grid_data.family(str(row["dataset_name"]))
        outline = region_outline(family, EARTH_RADIUS_KM) if family else _NONE
        edges = threshold_edges(cells, how.field, how.threshold)
        found[row["label"]] = Overlay(grid_data.training_orbits(str(row["dataset_name"]), n), outline, edges)
    return found


def _picked(key: str) -> None:
    selection = st.session_state[key]["selection"]
    rows = [*selection.get(PICK, []), *selection.get(PICK_FAILED, [])]
    put("cell", str(int(rows[0]["row"])) if rows else "")


def show_marginals(grids: Grids, how: Look) -> None:
    """Draw each model's median over a and over e."""
    title = GRID_FIELDS[how.field].axis
    for column, over in zip(st.columns(2), ("a_km", "e"), strict=True):
        curves = pd.concat([marginal(c, how.field, over).assign(model=name) for name, c in grids.items()])
        with column:
            st.altair_chart(marginals(curves, over, title, how.log, look.theme()), theme=None, key=f"marginal_{over}")


def show_orbit(grids: Grids, files: Mapping[str, str], store: str, settings: GridSettings, row: int, how: Look) -> None:
    """Show one cell: a model's orbit, the errors along it, and the numbers."""
    first = next(iter(grids.values()))
    if not 0 <= row < len(first) or not first["feasible"].iloc[row]:
        return
    a, e = float(first["a_km"].iloc[row]), float(first["e"].iloc[row])
    periapsis = f"periapsis {a * (1 - e) - EARTH_RADIUS_KM:,.0f} km above the surface"
    st.subheader(f"Orbit with a = {a:,.0f} km, e = {e:.3f}")
    st.caption(f"{periapsis}; argument of periapsis {settings.arguments_deg[0]:g} deg; the first sample at periapsis.")
    if not settings.keeps_orbits:
        st.info("A grid this fine keeps no orbits: choose fewer cells or samples to see what lies along one.")
        return
    names = {name: name for name in grids}
    name = choose("Model", names, "of") if len(names) > 1 else next(iter(names))
    along = grid_data.along(store, files[name], row)
    orbit = CellOrbit(a, e, settings.arguments_deg[0], settings.start_deg, along)
    left, right = st.columns([5, 6])
    with left:
        st.altair_chart(orbit_picture(orbit, look.theme()), theme=None, width="content", key="orbit")
    with right:
        for column, title in _ALONG.items():
            if column in along:
                drawn = along_orbit(orbit, column, title, how.log, look.theme())
                st.altair_chart(drawn, theme=None, key=column)
    st.dataframe(_cell_numbers(grids[name].iloc[row]), hide_index=True)


def _cell_numbers(cell: "pd.Series[float]") -> pd.DataFrame:
    failed = str(cell["failed"]) == "True"
    known = [name for name in GRID_FIELDS if name in cell.index]
    words = {GRID_FIELDS[name].axis: number(cell[name]) if pd.notna(cell[name]) else "failed" for name in known}
    if "position_error_km" in known:
        words["rollout"] = "failed" if failed else "to its end"
    return pd.DataFrame({"at this orbit": list(words), "value": list(words.values())})


def all_cells(grids: Grids, runs: pd.DataFrame) -> pd.DataFrame:
    """Every cell of every model with its run id: what the CSV has."""
    ids = dict(zip(runs["label"], runs["run_id"], strict=True))
    return pd.concat([cells.assign(run_id=ids[name], model=name) for name, cells in grids.items()], ignore_index=True)


def family_table(errors: pd.DataFrame, run_ids: Sequence[str]) -> pd.DataFrame:
    """Mean (best) error by the family trained on (rows) and the family tested on (columns), and how many runs."""
    rows = errors.assign(
        train=[grid_data.family(str(name)) or "" for name in errors["trained_on"]],
        test=[grid_data.family(str(name)) or "" for name in errors["dataset"]],
    ).dropna(subset="value")
    rows = rows[rows["run_id"].isin(run_ids)] if run_ids else rows
    order = ("single", "simple", "complex")
    table: dict[str, dict[str, str]] = {}
    for train in (name for name in order if name in set(rows["train"])):
        line = {"trained on": train}
        for test in order:
            cell = rows[(rows["train"] == train) & (rows["test"] == test)]
            n = cell["run_id"].nunique()
            line[f"on {test}"] = (
                f"{number(cell['value'].mean())} (best {number(cell['value'].min())}, n = {n})" if n else "not measured"
            )
        table[train] = line
    return pd.DataFrame(list(table.values()))
