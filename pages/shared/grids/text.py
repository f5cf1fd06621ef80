"""Words of the Generalisation page: the fields of a grid with their units, and its sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from orbitsens.grid_settings import GridSettings
from orbitsens.sensitivity.generalisation import in_region, share_below
from pages.shared.grids.data import family
from pages.shared.text import count, listed, number, plain, span

_MOST_NAMED = 3
INSIDE = "Inside, outside: of the region that the model's training orbits were drawn from."


@dataclass(frozen=True)
class Field:
    """A field of a grid in words; `threshold` is where "good" ends unless a reader says otherwise."""

    label: str
    unit: str
    threshold: float

    @property
    def axis(self) -> str:
        """Label and unit."""
        return f"{self.label} ({self.unit})"


GRID_FIELDS: Mapping[str, Field] = {
    "acceleration_error": Field("acceleration error, mean", "%", 10.0),
    "acceleration_error_median": Field("acceleration error, median", "%", 10.0),
    "acceleration_error_max": Field("acceleration error, largest", "%", 30.0),
    "accel_angle_deg": Field("acceleration angle, mean", "deg", 5.0),
    "accel_angle_deg_median": Field("acceleration angle, median", "deg", 5.0),
    "accel_angle_deg_max": Field("acceleration angle, largest", "deg", 15.0),
    "radial_sign_violation_pct": Field("outward accelerations", "%", 1.0),
    "accel_dir_flip_pct": Field("direction flips", "%", 1.0),
    "position_error_pct": Field("rollout position error, mean", "%", 10.0),
    "position_error_km": Field("rollout position error, mean", "km", 1000.0),
    "end_position_error_km": Field("rollout position error at the end", "km", 1000.0),
    "velocity_error_km_s": Field("rollout velocity error, mean", "km/s", 0.5),
    "energy_drift_pct": Field("rollout energy drift, largest", "%", 10.0),
}


def answer(grids: Mapping[str, pd.DataFrame], settings: Sequence[str], field: str, threshold: float) -> str:
    """Say in one sentence how much of the feasible area is below the threshold; of many models, by their setting."""
    words = GRID_FIELDS[field]
    names = list(grids) if len(grids) <= _MOST_NAMED else list(settings)
    shares = pd.Series([share_below(cells, field, threshold) for cells in grids.values()])
    told = []
    for name, of_one in shares.groupby(pd.Series(names), sort=False):
        spread = f", mean of {len(of_one)} models, {span(of_one.min(), of_one.max(), '%')}" if len(of_one) > 1 else ""
        told.append(f"**{number(of_one.mean(), '%')}** ({plain(str(name))}{spread})")
    below = f"{words.label.split(',')[0]} below {number(threshold, words.unit)}"
    return f"Share of the feasible area with {below}: {listed(told)}."


def numbers_table(
    grids: Mapping[str, pd.DataFrame], datasets: Sequence[str], field: str, threshold: float
) -> pd.DataFrame:
    """One row per model: share below the threshold, quantiles, and the medians inside and outside its region."""
    unit = GRID_FIELDS[field].unit
    rows = []
    for (name, cells), dataset in zip(grids.items(), datasets, strict=True):
        values = cells.loc[cells["feasible"], field]
        kind = family(dataset)
        inside = in_region(cells, kind) if kind else pd.Series(data=False, index=cells.index)
        outside = cells["feasible"] & ~inside
        failed = int(cells["failed"].eq(other=True).sum())
        rows.append(
            {
                "model": name,
                "trained on": dataset,
                f"below {number(threshold, unit)} (% of cells)": share_below(cells, field, threshold),
                f"median ({unit})": values.median(),
                f"10 % are below ({unit})": values.quantile(0.1),
                f"10 % are above ({unit})": values.quantile(0.9),
                f"median inside ({unit})": cells.loc[inside, field].median(),
                f"median outside ({unit})": cells.loc[outside, field].median(),
                "cells": int(cells["feasible"].sum()),
                **({"failed rollouts": failed} if cells["failed"].notna().any() else {}),
            }
        )
    return pd.DataFrame(rows)


def how_to_read(settings: GridSettings, *, marks: bool, coarser: bool) -> str:
    """Say what the maps show; `marks`: training orbits and threshold are drawn, `coarser`: not every cell is."""
    w = listed([f"{x:g}" for x in settings.arguments_deg])
    turns = f", rolled out over {count(settings.revolutions, 'revolution')}" if settings.revolutions else ""
    what = (
        f"A cell: one orbit of {settings.anomalies} samples at equal true anomalies, argument of periapsis {w} deg, "
        f"inclination {settings.inclination_deg:g} deg{turns}; empty: below the Earth's surface."
    )
    sentences = [what]
    if marks:
        sentences.append("Points: training orbits; dashed: the region they were drawn from; line: the threshold.")
    else:
        sentences.append("Orange: the error of what the title names first is larger; purple: smaller; pale: neither.")
    if coarser:
        sentences.append("Drawn as means over blocks of cells; the numbers and the CSV have every cell.")
    return " ".join(sentences)
