"""The cells of a map of parameters: what the seeds of each say, which is best, and which cannot be told from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from orbitsens.config import SEED_KEYS
from orbitsens.sensitivity.best import Best, best
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import noise_floor
from orbitsens.sensitivity.response import Response, on_scale
from orbitsens.sensitivity.settings import value_texts, with_settings
from orbitsens.sensitivity.training_cost import COST
from orbitsens.sensitivity.usable import DIVERGED, NOT_FINITE, mark_used, nothing_usable, reasons

MOST_LEVELS = 24  # of a numeric axis; of more values RANGES ranges are made
RANGES = 12
NOT_SETTINGS = "No cell is called the best, because the runs of a cell differ by more than their seeds."
OTHER_KEYS = "keys without a column of their own"
# What a count on an axis follows from: where that changes with it, the axis has said so.
_CAUSES = {
    "num_total_orbits": ("dataset_name", "num_trajs"),
    "num_train_orbits": ("dataset_name", "num_trajs", "train_val_split"),
    "num_total_segments": ("dataset_name", "num_trajs", "train_val_split", "segment_length_strategy"),
    "segment_ratio_final": ("dataset_name", "segment_length_strategy"),
}


@dataclass(frozen=True)
class CellStudy:
    """Every matched run in its cell, and what the used runs of each cell say.

    `runs`: the input sorted by cell and seed, with `cell` (label), `used` and `why_not` (None for used runs).
    `cells`: a row per cell that has a run: `cell`, the axes as text, `n_runs`, `n` (used runs), `diverged` (runs),
    `median`, `q1`, `q3`, `min`, `max`, `mean`, `low`, `high` (with `log` the geometric mean; the cell's own
    interval, NaN for one run), `n_parameters` and `train_gflop` (medians), `best`, `candidate` (indistinguishable
    from the best), `ranked` (not left out because its runs diverged). `levels`: the values of each axis as text, in
    order. `found`: all cells against the best one, or the sentence that says why that cannot be had. `mixed`: the
    parameters that differ within some cell. `beyond`: those that differ between cells and
    are on no axis, so that what cells differ in may be owed to them.
    """

    runs: pd.DataFrame
    cells: pd.DataFrame
    levels: Mapping[str, tuple[str, ...]]
    found: Best | str
    mixed: tuple[str, ...]
    log: bool
    beyond: tuple[str, ...] = ()

    @property
    def used(self) -> pd.DataFrame:
        """The runs that the statistics are made of."""
        return self.runs[self.runs["used"]]


def cell_study(
    table: pd.DataFrame,
    axes: Sequence[str],
    varying: Sequence[str] = (),
    but: Sequence[str] = SEED_KEYS,
    level: float = LEVEL,
) -> CellStudy:
    """Put runs into the cells that the columns `axes` make, and compare the cells with the best one.

    `table` has a row per matched run in any state: `run_key`, `state`, `setting_hash`, `seed`, `value`,
    `n_parameters`, `train_gflop`, the axes, `varying` (the parameters that differ among the runs) and `but` (those
    that make no settings of their own). Which runs are used: see `usable.mark_used`. Cells whose runs differ by more
    than that are settings no longer: what differs is named in `mixed`, and none of them is the best or a candidate.
    """
    ranged = table.assign(**{name: in_ranges(table[name]) for name in axes})
    in_range = [name for name in axes if isinstance(ranged[name].dtype, pd.CategoricalDtype)]
    frame = with_settings(ranged.assign(own_setting=table["setting_hash"], setting_hash=""), axes)
    frame = frame.rename(columns={"setting": "cell"}).assign(setting_hash=lambda rows: rows["own_setting"])
    runs = mark_used(frame, "cell")
    distinct = {name: with_settings(ranged.drop_duplicates(name), [name])[name] for name in axes}
    levels = {name: tuple(dict.fromkeys(value_texts(column))) for name, column in distinct.items()}
    runs = runs.assign(**{name: value_texts(runs[name]) for name in axes})
    cells, found, log = _compared(runs, _described(runs, axes), axes, level)
    used, others = runs[runs["used"]], [name for name in varying if name not in axes]
    mixed = _mixed(used, others, but, in_range)
    if mixed:  # where cells mix settings, the best cell would depend on what else varies in it
        cells, found = cells.assign(best=False, candidate=False), NOT_SETTINGS
    return CellStudy(
        runs=runs.drop(columns="own_setting"),
        cells=cells,
        levels=levels,
        found=found,
        mixed=mixed,
        log=log,
        beyond=_beyond(used, [name for name in others if name not in mixed], axes),
    )


def in_ranges(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Put numbers of more than 24 values into 12 ranges with about equally many runs each; others stay."""
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    if not numeric or column.nunique() <= MOST_LEVELS:
        return column
    codes, edges = pd.qcut(column.astype(float), RANGES, labels=False, retbins=True, duplicates="drop")
    digits = next(n for n in (3, 6, 17) if len({f"{edge:.{n}g}" for edge in edges}) == len(edges))
    names = [f"{low:.{digits}g} to {high:.{digits}g}" for low, high in pairwise(edges)]
    return pd.Series(
        pd.Categorical.from_codes(codes.fillna(-1).to_numpy(dtype=int), pd.Index(names), ordered=True),
        index=column.index,
    )


def _described(runs: pd.DataFrame, axes: Sequence[str]) -> pd.DataFrame:
    lost = runs["state"].eq(DIVERGED) | runs["why_not"].eq(NOT_FINITE)
    every = runs.assign(lost=lost).groupby("cell", sort=False)
    cells = every[list(axes)].first()
    cells["n_runs"], cells["n"], cells["diverged"] = every.size(), every["used"].sum(), every["lost"].sum()
    used = runs[runs["used"]].groupby("cell", sort=False)["value"]
    for name, q in {"median": 0.5, "q1": 0.25, "q3": 0.75, "min": 0.0, "max": 1.0}.items():
        cells[name] = used.quantile(q).reindex(cells.index)
    for name in ("n_parameters", COST):
        cells[name] = pd.to_numeric(runs[name]).astype(float).groupby(runs["cell"], sort=False).median()
    return cells.reset_index()


def _compared(
    runs: pd.DataFrame, cells: pd.DataFrame, axes: Sequence[str], level: float
) -> tuple[pd.DataFrame, Best | str, bool]:
    used = runs[runs["used"]].assign(setting=lambda rows: rows["cell"])
    not_used = reasons(runs)
    cells = cells.assign(mean=np.nan, low=np.nan, high=np.nan, best=False, candidate=False, ranked=True)
    if used.empty:
        return cells, nothing_usable(len(runs), not_used), True
    used["y"], log, zeros = on_scale(used["value"])
    columns = ["run_key", "setting", "seed", "value", "y"]
    response = Response(used[columns], tuple(axes), (), len(runs), not_used, log, zeros)
    ended = cells["n"] + cells["diverged"]
    lost = {
        str(name): (int(n), int(gone))
        for name, n, gone in zip(cells["cell"], ended, cells["diverged"], strict=True)
        if gone
    }
    try:
        noise = noise_floor(response, level)
        means = setting_means(response, noise, level).set_index("setting")
        for name, source in {"mean": "error", "low": "error_low", "high": "error_high"}.items():
            cells[name] = means[source].reindex(cells["cell"]).to_numpy()
        found = best(response, noise, level, lost=lost)
    except CannotSay as reason:
        return cells, str(reason), log
    candidates = set(found.table["setting"][found.table["candidate"]])
    first = found.table["setting"].iloc[0]
    ranked = ~cells["cell"].isin(found.not_ranked)
    cells = cells.assign(best=cells["cell"] == first, candidate=cells["cell"].isin(candidates), ranked=ranked)
    return cells, found, log


def _mixed(used: pd.DataFrame, others: Sequence[str], but: Sequence[str], in_range: Sequence[str]) -> tuple[str, ...]:
    grouped = used.groupby("cell", sort=False)
    if used.empty or grouped["own_setting"].nunique().max() == 1:
        return ()
    differ = {name for name in (*others, *but) if name in used and grouped[name].nunique(dropna=False).max() > 1}
    named = (*in_range, *(name for name in others if name in differ))
    return named or (() if differ - set(SEED_KEYS) else (OTHER_KEYS,))


def _beyond(used: pd.DataFrame, others: Sequence[str], axes: Sequence[str]) -> tuple[str, ...]:
    said = {cause for axis in axes for cause in _CAUSES.get(axis, ())}
    names = [name for name in others if name in used and name not in said]
    return tuple(name for name in names if used[name].nunique(dropna=False) > 1)
