"""What the seeds do within settings: the part of each kind of seed, where they can be told apart."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.leastsquares import solve
from orbitsens.sensitivity.response import Response

MOST_SEEDS = 200
ALIKE = 0.05


class Part(NamedTuple):
    """A part of the sum of squares within settings, and its degrees of freedom."""

    square: float
    df: int


def seed_parts(found: Response) -> dict[str, Part]:
    """The parts of the sum of squares within settings that are owed to each column of seeds.

    One column: what its seeds have in common over the settings. Several (such as `seed` and `split_seed`): what each
    does within its setting, given the others; 0 with 0 degrees of freedom where they change together.
    """
    if len(found.seeds) > 1:
        return _apart(found)
    return {name: _in_common(found, name) for name in found.seeds or ("seed",)}


def seeds_method(found: Response) -> str:
    """What the shares of seeds are, in words."""
    if len(found.seeds) > 1:
        return f"{', '.join(found.seeds)}: what each does within a setting, given the others"
    return "seed: what the seeds have in common over the settings"


def seeds_alike(found: Response) -> list[tuple[str, float]]:
    """Columns of seeds whose runs are alike within a setting, with the p value of an F test; none for one column."""
    if len(found.seeds) < 2:
        return []
    parts = _apart(found)
    runs = found.runs.groupby("setting", sort=False)["y"]
    df = found.n_used - runs.ngroups - sum(part.df for part in parts.values())
    rest = float(((found.runs["y"] - runs.transform("mean")) ** 2).sum()) - sum(part.square for part in parts.values())
    if df < 1 or not rest > 0.0:
        return []
    tested = {name: stats.f.sf(square / n / (rest / df), n, df) for name, (square, n) in parts.items() if n}
    return [(name, float(p)) for name, p in tested.items() if p < ALIKE]


def _in_common(found: Response, name: str) -> Part:
    runs = found.runs
    seed, group = runs[name], runs["setting"]
    shared = seed.notna() & (seed.groupby(seed).transform("size") > 1)
    if not shared.any() or group.nunique() in (1, len(runs)) or seed.nunique() > MOST_SEEDS:
        return Part(0.0, 0)
    codes = pd.get_dummies(seed, dtype=float).to_numpy()
    within = pd.DataFrame(np.column_stack([codes, runs["y"]]))
    within -= within.groupby(group.to_numpy()).transform("mean")
    values = within.to_numpy()
    gram = values.T @ values
    fit = solve(gram, np.arange(codes.shape[1]))
    return Part(float(gram[-1, -1] - fit.rss), fit.rank)


def _apart(found: Response) -> dict[str, Part]:
    squares, dfs = dict.fromkeys(found.seeds, 0.0), dict.fromkeys(found.seeds, 0)
    for _, runs in found.runs.groupby("setting", sort=False):
        y = (runs["y"] - runs["y"].mean()).to_numpy()
        codes = {name: _dummies(runs[name]) for name in found.seeds}
        full, rank = _left(list(codes.values()), y)
        for name in found.seeds:
            less, smaller = _left([block for other, block in codes.items() if other != name], y)
            squares[name] += max(less - full, 0.0)
            dfs[name] += rank - smaller
    return {name: Part(squares[name], dfs[name]) for name in found.seeds}


def _dummies(seed: "pd.Series[int]") -> Array:
    places = pd.factorize(seed, use_na_sentinel=False)[0]
    codes = np.eye(places.max() + 1)[places]
    return np.asarray(codes - codes.mean(axis=0))


def _left(blocks: Sequence[Array], y: Array) -> tuple[float, int]:
    """Sum of squares that these columns leave of y, and their rank."""
    x = np.hstack(blocks)
    beta, _, rank, _ = np.linalg.lstsq(x, y, rcond=1e-9)
    return float(((y - x @ beta) ** 2).sum()), int(rank)
