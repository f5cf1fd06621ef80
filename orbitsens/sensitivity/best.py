"""Which setting is best, how sure that is, and how good the best really is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.forms import left_over
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.orbits import Orbits
from orbitsens.sensitivity.posterior import DRAWS, posterior
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.spread import moderated
from orbitsens.sensitivity.terms import Cells, cells

FEWEST_TO_SHRINK = 4
# A setting that lost more of its runs than this is not ranked by those that are left.
MOST_LOST = 0.1


@dataclass(frozen=True)
class Best:
    """The settings, the best (smallest mean of y) first.

    `table`: setting, n, mean, error (unit of the metric), arithmetic (mean of the metric), probability (of being best,
    shrunk), rank_low, rank_high (simultaneous interval), candidate (may be the best). `differ`: whether anything
    differs between settings at all; if not, all are candidates. `unique`: the first is distinguishable from all
    others. `corrected`, `corrected_low`, `corrected_high`: the best setting's mean at new seeds, shrunk towards all
    settings', and its interval (unit of y); NaN below 4 settings. `orbits_low`, `orbits_high`: the same interval with
    new test orbits as well, `stays`: how often it stays the best with redrawn ones; NaN where orbits are not known.
    `spread`: estimated standard deviation of the true means. `not_ranked`: settings that lost too many runs to
    divergence, with their numbers of runs that ended and that diverged.
    """

    table: pd.DataFrame
    differ: bool
    unique: bool
    corrected: float
    corrected_low: float
    corrected_high: float
    orbits_low: float
    orbits_high: float
    stays: float
    spread: float
    not_ranked: Mapping[str, tuple[int, int]]
    log: bool
    method: str


def best(
    found: Response,
    noise: Noise,
    level: float = LEVEL,
    *,
    differ: bool | None = None,
    lost: Mapping[str, tuple[int, int]] | None = None,
    orbits: Orbits | None = None,
    summary: Cells | None = None,
) -> Best:
    """Compare all settings with the best one.

    `differ`: whether anything differs between settings; unless given, tested over all of them. `lost`: how many runs
    of each setting ended, and diverged. `summary`: the cells of the response, where they are known.

    Raises:
        CannotSay: there is one setting only, or all lost too many runs to divergence.
    """
    summary = summary or cells(found, coded=False)
    means = setting_means(found, noise, level)
    k_all = len(means)
    if k_all < 2:
        raise CannotSay("There is only one setting, so there is nothing to choose from.")
    steadied = moderated(summary.ss, summary.df)
    if differ is None:
        differ = left_over(np.ones((k_all, 1)), summary.mean, summary.n, steadied).p < 1.0 - level
    gone = {name: counts for name, counts in (lost or {}).items() if counts[1] > MOST_LOST * counts[0]}
    ranked = np.flatnonzero(~means["setting"].isin(gone).to_numpy())
    if not ranked.size:
        raise CannotSay(
            f"Each of the {k_all} settings lost more than {100 * MOST_LOST:.0f} % of its runs to divergence, so "
            "none is "
            "ranked by those that are left."
        )
    order = ranked[np.argsort(summary.mean[ranked], kind="stable")]
    mean, n = summary.mean[order], summary.n[order]
    # Of two settings on shared seeds the difference has the degrees of freedom of one.
    df = np.where(n > 1.0, np.minimum(n - 1.0 + steadied.borrowed, steadied.total), np.maximum(steadied.df[order], 1.0))
    variance = steadied.variance[order] / n
    k = len(order)
    worse, better, candidate = np.zeros(k, dtype=int), np.zeros(k, dtype=int), np.ones(k, dtype=np.bool_)
    if differ:
        worse, better = _distinguished(mean, variance, df, 1.0 - level)
        candidate = _candidates(mean, variance, df, 1.0 - level)
    drawn = posterior(mean, variance, df)
    table = means.iloc[order][["setting", "n", "mean", "error", "arithmetic"]].reset_index(drop=True)
    table = table.assign(probability=drawn.probability, rank_low=1 + better, rank_high=k - worse, candidate=candidate)
    first = means.iloc[order[0]]
    shift = float(first["mean"]) - float(mean[0])
    ends = _at_new_seeds(drawn.first + shift, first, variance[0], level) if k >= FEWEST_TO_SHRINK else _NAN
    wider = _NAN[1:]
    if orbits is not None and k >= FEWEST_TO_SHRINK:
        # Seeds and orbits are independent: their distances add as squares, on either side.
        se = float(np.sqrt(orbits.variance(np.eye(k_all)[order[:1]])[0]))
        more = float(stats.t.ppf(0.5 + level / 2, orbits.n - 1)) * se
        wider = (ends[0] - np.hypot(ends[0] - ends[1], more), ends[0] + np.hypot(ends[2] - ends[0], more))
    return Best(
        table=table,
        differ=bool(differ),
        unique=bool(differ and k > 1 and worse[0] == k - 1),
        corrected=ends[0],
        corrected_low=ends[1],
        corrected_high=ends[2],
        orbits_low=float(wider[0]),
        orbits_high=float(wider[1]),
        stays=float("nan") if orbits is None else Orbits(orbits.influence[order]).stays_best(mean),
        spread=drawn.spread,
        not_ranked=gone,
        log=found.log,
        method=(
            f"{k} settings, each with its own variance{', within seeds' if summary.blocks else ''}; candidates by "
            "Gupta's "
            f"subset selection, ranks by pairwise intervals, both {100 * level:g} % simultaneous (Bonferroni, the "
            "smaller "
            "of two settings' degrees of freedom); probabilities and the best's error from a hierarchical normal model "
            f"({DRAWS} draws); {found.counted}"
        ),
    )


_NAN = (float("nan"), float("nan"), float("nan"))


def _distinguished(mean: Array, variance: Array, df: Array, alpha: float) -> tuple[Array, Array]:
    """How many settings are distinguishably worse, and how many better, than each; `mean` ascends. [k] each."""
    k = len(mean)
    table = _critical(df, alpha / max(k * (k - 1), 1))
    worse, better = np.zeros(k, dtype=int), np.zeros(k, dtype=int)
    for i in range(k):
        apart = np.abs(mean - mean[i]) > np.maximum(table, table[i]) * np.sqrt(variance + variance[i])
        worse[i], better[i] = int((apart & (mean > mean[i])).sum()), int((apart & (mean < mean[i])).sum())
    return worse, better


def _candidates(mean: Array, variance: Array, df: Array, alpha: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Gupta's subset: the settings whose mean is not more than the critical difference above every other's."""
    table = _critical(df, alpha / max(len(mean) - 1, 1))
    rows = zip(mean, variance, table, strict=True)
    return np.array(
        [bool((value - mean <= np.maximum(table, most) * np.sqrt(variance + own)).all()) for value, own, most in rows]
    )


def _critical(df: Array, tail: float) -> Array:
    """Critical value of t for each setting; of two, the larger holds whatever their variances (Mickey, Brown 1966)."""
    distinct, place = np.unique(df, return_inverse=True)
    return np.asarray(stats.t.isf(tail, distinct), dtype=np.float64)[place.ravel()]


def _at_new_seeds(drawn: Array, first: "pd.Series[float]", within: float, level: float) -> tuple[float, float, float]:
    """Mean and interval of the best setting at new seeds, from draws of its mean at blocks of seeds like these."""
    rng = np.random.default_rng(2)
    more = max(float(first["se"]) ** 2 - within, 0.0) if np.isfinite(first["se"]) else 0.0
    df = max(float(first["df"]), 1.0) if np.isfinite(first["df"]) else 1.0
    wide = drawn + np.sqrt(more * df / rng.chisquare(df, size=drawn.size)) * rng.normal(size=drawn.size)
    low, high = np.quantile(wide, [0.5 - level / 2, 0.5 + level / 2])
    return float(drawn.mean()), float(low), float(high)
