"""What the maps of the Generalisation page show: each model, the mean and spread of a setting's seeds, a difference."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from orbitsens.constants import EARTH_RADIUS_KM
from orbitsens.sensitivity.generalisation import (
    across_models,
    colour_limits,
    difference,
    region_outline,
    threshold_edges,
)
from pages.shared.charts.gridmaps import ColourScale, Overlay
from pages.shared.grids import data as grid_data
from pages.shared.grids.controls import DIFFERENCE, SPREAD, Look
from pages.shared.grids.text import GRID_FIELDS
from pages.shared.text import count

Grids = Mapping[str, pd.DataFrame]
_NO_ORBITS = pd.DataFrame({"a_km": [], "e": []})
_BARE = Overlay(_NO_ORBITS, _NO_ORBITS, pd.DataFrame())


class Panel(NamedTuple):
    """One map: its name, the cells with the field that is drawn, its colours, and what lies on top."""

    name: str
    cells: pd.DataFrame
    field: str
    scale: ColourScale
    overlay: Overlay


def panels(grids: Grids, runs: pd.DataFrame, how: Look) -> list[Panel]:
    """The maps of the chosen view; those that show errors share one colour scale."""
    axis = GRID_FIELDS[how.field].axis
    scale = _scale([cells[how.field] for cells in grids.values()], how, axis)
    if how.view == DIFFERENCE:
        (a, first), (b, second) = (by_setting(grids, runs, how.field) if len(grids) > 2 else grids).items()
        cells = difference(first, second, how.field)
        limits = colour_limits([cells["difference"].to_numpy()], how.clip, 100.0 - how.clip)
        colours = ColourScale(limits, log=False, title=f"difference, {axis}", diverging=True)
        return [Panel(f"{b} minus {a}", cells, "difference", colours, _BARE)]
    if how.view == SPREAD:
        means = by_setting(grids, runs, how.field)
        n = runs["setting"].value_counts()
        spreads = {name: cells for name, cells in means.items() if n[name] > 1}
        of_sd = _scale([cells["sd"] for cells in spreads.values()], how, f"sd of {axis}")
        return [
            Panel(f"{name}, mean of {count(n[name], 'model')}", cells, how.field, scale, _overlay(cells, row, how))
            for (name, cells), row in zip(
                means.items(), runs.drop_duplicates("setting").to_dict("records"), strict=True
            )
        ] + [Panel(f"{name}, sd (n - 1)", cells, "sd", of_sd, _BARE) for name, cells in spreads.items()]
    return [
        Panel(row["label"], grids[row["label"]], how.field, scale, _overlay(grids[row["label"]], row, how))
        for row in runs.to_dict("records")
    ]


def by_setting(grids: Grids, runs: pd.DataFrame, field: str) -> dict[str, pd.DataFrame]:
    """The mean of a field over the models of each setting, under the field's name, with its `sd`."""
    return {
        str(setting): across_models([grids[label] for label in of_one["label"]], field).rename(columns={"mean": field})
        for setting, of_one in runs.groupby("setting", sort=False)
    }


def _scale(columns: "list[pd.Series[float]]", how: Look, title: str) -> ColourScale:
    limits = colour_limits([column.to_numpy() for column in columns], how.clip, 100.0 - how.clip)
    return ColourScale(limits, how.log, title)


def _overlay(cells: pd.DataFrame, row: Mapping[Hashable, Any], how: Look) -> Overlay:
    dataset, n = str(row["dataset_name"]), row["num_trajs"]
    family = grid_data.family(dataset)
    return Overlay(
        grid_data.training_orbits(dataset, -1 if pd.isna(n) else int(n)),
        region_outline(family, EARTH_RADIUS_KM) if family else _NO_ORBITS,
        threshold_edges(cells, how.field, how.threshold),
    )
