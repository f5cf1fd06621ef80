"""Which setting is best, how sure that is, and how good the best really is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import Array

DRAWS = 4000
# Beyond this many settings the critical values are Bonferroni's: the studentized range is then too slow to find.
MOST_RANGED = 100
FEWEST_TO_SHRINK = 4


@dataclass(frozen=True)
class Best:
    """The settings, the best (smallest mean of y) first.

    `table`: setting, n, mean, error (unit of the metric), probability (of being best), rank_low, rank_high
    (simultaneous interval), candidate (not distinguishable from the best). `corrected`, `corrected_low`,
    `corrected_high`: the best setting's mean shrunk towards all settings', and its interval (unit of y); NaN below
    4 settings. `spread`: estimated standard deviation of the true means, 0 where noise explains all differences.
    """

    table: pd.DataFrame
    corrected: float
    corrected_low: float
    corrected_high: float
    spread: float
    log: bool
    method: str


def best(found: Response, noise: Noise, level: float = LEVEL) -> Best:
    """Compare all settings with the best one.

    Raises:
        CannotSay: there is one setting only.
    """
    means = setting_means(found, noise, level).sort_values("mean", kind="stable", ignore_index=True)
    k = len(means)
    if k < 2:
        raise CannotSay("There is only one setting, so there is nothing to choose from.")
    mean, se = means["mean"].to_numpy(), means["se"].to_numpy()
    df = means["df"].to_numpy(dtype=float)
    worse, better = _distinguished(mean, se, df, 1.0 - level, noise.equal)
    candidate = _candidates(mean, se, df, 1.0 - level, noise.equal)
    table = means[["setting", "n", "mean", "error"]].assign(
        probability=_probability(mean, se, df, noise),
        rank_low=1 + better,
        rank_high=k - worse,
        candidate=candidate,
    )
    corrected, low, high, spread = _shrunk_best(mean, se, float(df[0]), level)
    how = "pooled variance" if noise.equal else "each setting's own variance (Welch, Bonferroni)"
    return Best(
        table=table,
        corrected=corrected,
        corrected_low=low,
        corrected_high=high,
        spread=spread,
        log=found.log,
        method=(
            f"{k} settings, {how}; candidates by Gupta's subset selection and ranks by Tukey's pairwise intervals, "
            f"both {100 * level:g} % simultaneous; probabilities from {DRAWS} draws of the means' t distributions; "
            f"the best's error by empirical Bayes shrinkage; {found.counted}"
        ),
    )


def _distinguished(mean: Array, se: Array, df: Array, alpha: float, equal: bool) -> tuple[Array, Array]:
    """How many settings are distinguishably worse, and how many better, than each; `mean` ascends. [k] each."""
    k = len(mean)
    ranged = _range_critical(k, float(df[0]), alpha) if equal else 0.0
    welch = None if equal else _welch(se, df, alpha / (k * (k - 1)))
    worse, better = np.zeros(k, dtype=int), np.zeros(k, dtype=int)
    for i in range(k):
        critical = welch(i) if welch else ranged
        apart = np.abs(mean - mean[i]) > critical * np.hypot(se, se[i])
        worse[i], better[i] = int((apart & (mean > mean[i])).sum()), int((apart & (mean < mean[i])).sum())
    return worse, better


def _candidates(
    mean: Array, se: Array, df: Array, alpha: float, equal: bool
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Gupta's subset: the settings whose mean is not more than the critical difference above every other's."""
    k = len(mean)
    if equal:
        critical: Iterable[float | Array] = [_one_sided_critical(k - 1, float(df[0]), alpha)] * k
    else:
        critical = map(_welch(se, df, alpha / (k - 1)), range(k))
    pairs = zip(mean, se, critical, strict=True)
    return np.array([bool((value - mean <= most * np.hypot(se, error)).all()) for value, error, most in pairs])


def _welch(se: Array, df: Array, tail: float) -> Callable[[int], Array]:
    """Critical values of t for one setting against each: with Welch's degrees of freedom, down to the next quarter.

    A setting of few runs, whose variance is hardly known, then blurs its own comparisons and no others.
    """
    variance = se**2
    table = np.asarray(stats.t.ppf(1.0 - tail, np.arange(4, 8 * df.max() + 5) / 4.0), dtype=float)

    def against(i: int) -> Array:
        pair = (variance[i] + variance) ** 2 / (variance[i] ** 2 / df[i] + variance**2 / df)
        return table[(4.0 * pair + 1e-9).astype(int) - 4]

    return against


@lru_cache(maxsize=64)
def _range_critical(k: int, df: float, alpha: float) -> float:
    if k > MOST_RANGED:
        return float(stats.t.ppf(1.0 - alpha / (k * (k - 1)), df))
    if k == 2:
        return float(stats.t.ppf(1.0 - alpha / 2, df))
    return float(stats.studentized_range.ppf(1.0 - alpha, k, df)) / np.sqrt(2.0)


@lru_cache(maxsize=64)
def _one_sided_critical(others: int, df: float, alpha: float) -> float:
    """Dunnett's one-sided critical value for `others` equally precise settings: 40,000 draws, or Bonferroni's."""
    if others == 1 or others > MOST_RANGED:
        return float(stats.t.ppf(1.0 - alpha / others, df))
    rng = np.random.default_rng(1)
    scale = np.sqrt(rng.chisquare(df, size=40_000) / df)
    largest = (rng.normal(size=40_000) + rng.normal(size=(others, 40_000)).max(axis=0)) / np.sqrt(2.0)
    return float(np.quantile(largest / scale, 1.0 - alpha))


def _probability(mean: Array, se: Array, df: Array, noise: Noise) -> Array:
    rng = np.random.default_rng(1)
    draws = max(200, min(DRAWS, 4_000_000 // len(mean)))
    z = rng.normal(size=(draws, len(mean)))
    # A pooled variance is one unknown that all settings share.
    size = (draws, 1) if noise.equal else (draws, len(mean))
    scale = np.sqrt(df / rng.chisquare(df[:1] if noise.equal else df, size=size))
    first = np.argmin(mean + se * z * scale, axis=1)
    return np.bincount(first, minlength=len(mean)) / draws


def _shrunk_best(mean: Array, se: Array, df: float, level: float) -> tuple[float, float, float, float]:
    """Empirical Bayes estimate of the best setting's mean, its interval, and the spread of the true means.

    Morris' estimate (1983), which allows for the spread of the true means being itself an estimate.
    """
    k = len(mean)
    if k < FEWEST_TO_SHRINK:
        return float("nan"), float("nan"), float("nan"), float("nan")
    weight = 1.0 / se**2
    # DerSimonian and Laird's moment estimate of the variance of the true means.
    centre = float(np.average(mean, weights=weight))
    q = float((weight * (mean - centre) ** 2).sum())
    between = max(0.0, (q - (k - 1)) / float(weight.sum() - (weight**2).sum() / weight.sum()))
    centre = float(np.average(mean, weights=1.0 / (se**2 + between)))
    shrink = (k - 3) / (k - 1) * se[0] ** 2 / (se[0] ** 2 + between)
    away = float(mean[0]) - centre
    variance = se[0] ** 2 * (1.0 - (k - 1) / k * shrink) + 2.0 / (k - 3) * (shrink * away) ** 2
    value = centre + (1.0 - shrink) * away
    half = float(stats.t.ppf(0.5 + level / 2, df)) * float(np.sqrt(variance))
    return float(value), float(value - half), float(value + half), float(np.sqrt(between))
