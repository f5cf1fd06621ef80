"""Residual grids compared: how much of the feasible area is good, where the threshold runs, and what differs.

A grid is a DataFrame with a row per cell in the order of e, then of a: a_km, e, feasible, failed and one column per
field, NaN where infeasible or failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orbitsens.orbits import FAMILIES


@dataclass(frozen=True)
class GridAxes:
    """The edges of the cells: `a` [n_a + 1] km and `e` [n_e + 1], half a cell beyond the outer centres."""

    a: np.ndarray
    e: np.ndarray


def axes_of(cells: pd.DataFrame) -> GridAxes:
    """The cells' edges."""
    return GridAxes(_edges(np.unique(cells["a_km"])), _edges(np.unique(cells["e"])))


def _edges(centres: np.ndarray) -> np.ndarray:
    half = 0.5 * (centres[1] - centres[0]) if len(centres) > 1 else 0.5 * max(abs(centres[0]) * 0.02, 1e-3)
    return np.append(centres - half, centres[-1] + half)


def coarser(cells: pd.DataFrame, field: str, most: int) -> pd.DataFrame:
    """Means over blocks of cells, so that no axis has more than `most`: a_low, a_high, e_low, e_high, value, row.

    `row` is the number of a cell of the block, for clicks: its middle one, or else its first feasible one. `failed`
    says that a rollout of the block failed. Blocks without a feasible cell are left out.
    """
    axes = axes_of(cells)
    n_a = len(axes.a) - 1
    step = max(1, -(-max(n_a, len(axes.e) - 1) // most))
    number = np.arange(len(cells))
    block_a, block_e = number % n_a // step, number // n_a // step
    middle = (number % n_a % step == step // 2) & (number // n_a % step == step // 2)
    table = pd.DataFrame(
        {
            "block_a": block_a,
            "block_e": block_e,
            "value": cells[field].to_numpy(dtype=float),
            "failed": cells["failed"].eq(other=True).to_numpy(),
            "row": number,
            "rank": np.where(middle, 0, 1),
        }
    )[cells["feasible"].to_numpy()]
    grouped = table.sort_values(["rank", "row"]).groupby(["block_e", "block_a"])
    found = grouped.agg(value=("value", "mean"), failed=("failed", "any"), row=("row", "first")).reset_index()
    return found.assign(
        a_low=axes.a[found["block_a"] * step],
        a_high=axes.a[np.minimum((found["block_a"] + 1) * step, n_a)],
        e_low=axes.e[found["block_e"] * step],
        e_high=axes.e[np.minimum((found["block_e"] + 1) * step, len(axes.e) - 1)],
    ).drop(columns=["block_a", "block_e"])


def threshold_edges(cells: pd.DataFrame, field: str, threshold: float) -> pd.DataFrame:
    """The cell edges across which a field passes the threshold: a contour made of edges. Columns x, x2, y, y2.

    Edges to infeasible cells are none of it; a failed cell is above any threshold.
    """
    axes = axes_of(cells)
    shape = (len(axes.e) - 1, len(axes.a) - 1)
    values = cells[field].to_numpy(dtype=float).reshape(shape)
    feasible = cells["feasible"].to_numpy().reshape(shape)
    below = feasible & (values < threshold)
    k, j = np.nonzero((below[:, 1:] != below[:, :-1]) & feasible[:, 1:] & feasible[:, :-1])
    upright = pd.DataFrame({"x": axes.a[j + 1], "x2": axes.a[j + 1], "y": axes.e[k], "y2": axes.e[k + 1]})
    k, j = np.nonzero((below[1:] != below[:-1]) & feasible[1:] & feasible[:-1])
    level = pd.DataFrame({"x": axes.a[j], "x2": axes.a[j + 1], "y": axes.e[k + 1], "y2": axes.e[k + 1]})
    return pd.concat([upright, level], ignore_index=True)


def share_below(cells: pd.DataFrame, field: str, threshold: float) -> float:
    """Share of the feasible cells with a field below the threshold, percent; a failed cell is not below it."""
    feasible = cells.loc[cells["feasible"], field].to_numpy(dtype=float)
    return float(100.0 * np.mean(feasible < threshold)) if feasible.size else float("nan")


def marginal(cells: pd.DataFrame, field: str, over: str) -> pd.DataFrame:
    """The median and the quartiles of a field over the feasible cells at each value of `over` (a_km or e)."""
    values = cells[cells["feasible"]].groupby(over)[field]
    found = pd.DataFrame({name: values.quantile(q) for name, q in (("q1", 0.25), ("median", 0.5), ("q3", 0.75))})
    return found.reset_index().dropna()


def in_region(cells: pd.DataFrame, family: str) -> pd.Series:
    """Which cells lie in the ranges of a family of orbits."""
    ranges = FAMILIES[family]
    (a0, a1), (e0, e1) = ranges.semi_major_axis_km, ranges.eccentricity
    return cells["feasible"] & cells["a_km"].between(a0, a1) & cells["e"].between(e0, e1)


def region_outline(family: str, earth_radius_km: float, n: int = 60) -> pd.DataFrame:
    """The border of a family's feasible orbits as a closed line: a_km, e, order."""
    ranges = FAMILIES[family]
    (a0, a1), (e0, e1) = ranges.semi_major_axis_km, ranges.eccentricity
    a = np.linspace(a0, a1, n)
    top = np.clip(np.minimum(e1, 1.0 - earth_radius_km / a), e0, None)
    line = pd.DataFrame(
        {"a_km": np.concatenate([a, a[::-1], a[:1]]), "e": np.concatenate([top, np.full(n, e0), top[:1]])}
    )
    return line.assign(order=np.arange(len(line)))


def across_models(grids: Sequence[pd.DataFrame], field: str) -> pd.DataFrame:
    """The first grid's cells with `mean` and `sd` (n - 1) of a field over models; NaN where one of them has none."""
    values = np.stack([grid[field].to_numpy(dtype=float) for grid in grids])
    spread = np.std(values, axis=0, ddof=1) if len(grids) > 1 else np.full(values.shape[1], np.nan)
    failed = np.any([grid["failed"].eq(other=True) for grid in grids], axis=0)
    return grids[0][["a_km", "e", "feasible"]].assign(failed=failed, mean=values.mean(axis=0), sd=spread)


def difference(first: pd.DataFrame, second: pd.DataFrame, field: str) -> pd.DataFrame:
    """The first grid's cells with `difference`, the second's field minus the first's."""
    failed = first["failed"].eq(other=True) | second["failed"].eq(other=True)
    values = second[field].to_numpy(dtype=float) - first[field].to_numpy(dtype=float)
    return first[["a_km", "e", "feasible"]].assign(failed=failed, difference=values)


def colour_limits(columns: Sequence[np.ndarray], low: float, high: float) -> tuple[float, float]:
    """The quantiles `low` and `high` (percent) of all finite values: where a shared colour scale is clipped."""
    together = np.concatenate([np.asarray(column, dtype=float) for column in columns])
    finite = together[np.isfinite(together)]
    if not finite.size:
        return 0.0, 1.0
    least, most = np.percentile(finite, [low, high])
    return (
        (float(least), float(most)) if most > least else (float(least), float(least) + 1e-9 + abs(float(least)) * 1e-6)
    )
