"""Seeds as blocks: what runs of one seed share across the settings does not add noise to their comparison."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.leastsquares import solve
from orbitsens.sensitivity.response import Response

MOST_SEEDS = 50
# In designs with holes: settings that share each seed, so that the seeds' own effects are well known.
FEWEST_SHARING = 8
LEAST_LEFT = 0.5
NO_SPREAD = 1e-12  # of the spread within settings


@dataclass(frozen=True)
class Blocks:
    """The effect of each run's seed, and what it explains.

    `effect`: [n_runs], to be taken from `y`; `rank`: degrees of freedom of the seeds; `left`: share of the degrees of
    freedom within settings that remains; `share`: of the variance within settings that seeds have in common (0 to 1,
    corrected for chance); `p`: of an F test that they have nothing in common; `complete`: every setting has them all.
    """

    effect: Array
    rank: int
    left: float
    share: float
    p: float
    complete: bool


def blocks(found: Response) -> Blocks | None:
    """Use the seeds as blocks where settings share them by design; None where they do not.

    That is decided by the design alone, never by what the runs show (unless runs of one seed are all equal): all
    settings have the same seeds (with two settings at least three), or every seed is in at least 8 settings and at
    least half of the degrees of freedom remain.
    """
    runs = found.runs
    group = pd.factorize(runs["setting"])[0]
    seed = _units(found)
    if seed is None:
        return None
    k, j, n = int(group.max()) + 1, int(seed.max()) + 1, len(runs)
    df = n - k
    if k < 2 or j < 2 or j > MOST_SEEDS or df < 2:
        return None
    table = np.zeros((k, j))
    np.add.at(table, (group, seed), 1.0)
    complete = bool((table == 1.0).all())
    if not complete and (table > 0.0).sum(axis=0).min() < FEWEST_SHARING:
        return None
    if complete and (k - 1) * (j - 1) < 2:
        return None
    y = runs["y"].to_numpy(dtype=float)
    codes = np.eye(j)[seed]
    sizes = np.bincount(group).astype(float)
    within = np.column_stack([codes, y])
    means = np.stack([np.bincount(group, weights=column) for column in within.T], axis=1) / sizes[:, None]
    within -= means[group]
    gram = within.T @ within
    fit = solve(gram, np.arange(j))
    left = df - fit.rank
    nothing = float(fit.rss) <= NO_SPREAD * float(gram[-1, -1])  # seeds explain all, and leave nothing to compare with
    if left < 1 or nothing or (not complete and left < LEAST_LEFT * df):
        return None
    effect = codes @ fit.beta
    total, rest = float(gram[-1, -1]), float(fit.rss)
    error = rest / left
    taken = max(total - rest, 0.0)
    return Blocks(
        effect=effect - effect.mean(),
        rank=fit.rank,
        left=left / df,
        share=min(max((taken - fit.rank * error) / total, 0.0), 1.0) if total > 0.0 else 0.0,
        p=float(stats.f.sf(taken / fit.rank / error, fit.rank, left)) if error > 0.0 and fit.rank else float("nan"),
        complete=complete,
    )


def _units(found: Response) -> "np.ndarray[tuple[int], np.dtype[np.intp]] | None":
    """Which seeds each run has, as a number; None where some are not on record."""
    names = list(found.seeds) or ["seed"]
    if found.runs[names].isna().to_numpy().any():
        return None
    return np.asarray(found.runs.groupby(names, sort=True).ngroup(), dtype=np.intp)
