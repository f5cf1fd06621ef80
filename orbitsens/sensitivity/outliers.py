"""Runs that stand out of their setting, by a test that holds for a whole study."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.family import holm

LEVEL = 0.05
# Below this many runs the test is silent: a few values say nothing of their tails.
FEWEST_RUNS = 6
# Outliers that are looked for: at most one in ten runs, and at least one.
ONE_IN = 10
# Heavy tails that noise may have: Student's t with so many degrees of freedom.
HEAVY = 3
# Its level is stricter, because the MAD of a few runs is itself uncertain.
HEAVY_LEVEL = 0.04


def rule(log: bool) -> str:
    """The rule in words, for a caption."""
    scale = "log10 of the values" if log else "the values"
    return (
        f"generalised extreme Studentised deviate test (Rosner 1983) on {scale} within each setting of at least "
        f"{FEWEST_RUNS} runs, and beyond what heavy-tailed noise (Student's t, {HEAVY} degrees of freedom) would show; "
        f"both at {100 * LEVEL:g} % for the whole study (Holm)"
    )


def modified_z(values: npt.ArrayLike, log: bool) -> Array:
    """Signed modified z-scores, shape [n]: (x - median) / (1.4826 MAD), where x is log10 of the values if `log`.

    MAD is the median absolute deviation from the median, and 1.4826 MAD estimates the standard deviation of normal
    values (Iglewicz and Hoaglin 1993). With `log` all values must be positive. All scores are NaN for fewer than
    `FEWEST_RUNS` values and where more than half of the values are equal (MAD = 0).
    """
    x = _on_scale(values, log)
    scale = _scale(values, log) if x.size >= FEWEST_RUNS else 0.0
    if not scale > 0.0:
        return np.full(x.shape, np.nan)
    return np.asarray((x - np.median(x)) / scale, dtype=np.float64)


def stands_out(settings: Sequence[npt.ArrayLike], log: bool) -> list[npt.NDArray[np.bool_]]:
    """Which values of each setting stand out of it; of all settings of a study at once, each [n].

    A run is named if both hold at 5 % for the study as a whole: the generalised ESD test with Holm's correction over
    settings names it, and its modified z-score is beyond what t noise with 3 degrees of freedom would show in any of
    the study's runs. So no run is named in 95 % of studies of normal noise, nor of such heavy-tailed noise. For the
    second, a setting's MAD is at least that of the study's typical setting: that of a few runs is tiny by chance.
    """
    scores = [modified_z(values, log) for values in settings]
    judged = [i for i, z in enumerate(scores) if np.isfinite(z).all() and z.size]
    named = [np.zeros(z.size, dtype=np.bool_) for z in scores]
    if not judged:
        return named
    limit = heavy_limit(sum(scores[i].size for i in judged))
    scales = [_scale(settings[i], log) for i in judged]
    typical = float(np.median(scales))
    deviates = [_extreme_deviates(scores[i]) for i in judged]
    strict = holm(np.array([float(p.min()) for _, p in deviates]))
    for i, scale, (order, p), p_holm in zip(judged, scales, deviates, strict, strict=True):
        if p_holm < LEVEL:
            factor = p_holm / float(p.min())
            last = int(np.flatnonzero(p * factor < LEVEL)[-1])
            chosen = order[: last + 1]
            far = np.abs(scores[i][chosen]) * min(1.0, scale / typical) > limit
            named[i][chosen[far]] = True
    return named


def _on_scale(values: npt.ArrayLike, log: bool) -> Array:
    x = np.asarray(values, dtype=float)
    return np.asarray(np.log10(x) if log else x)


def _scale(values: npt.ArrayLike, log: bool) -> float:
    return float(stats.median_abs_deviation(_on_scale(values, log), scale="normal"))


def heavy_limit(n: int) -> float:
    """Modified z-score that the largest of `n` heavy-tailed runs exceeds in at most 5 % of studies."""
    scale = float(stats.t.ppf(0.75, HEAVY) / stats.norm.ppf(0.75))
    return float(stats.t.isf(HEAVY_LEVEL / (2 * n), HEAVY)) / scale


def _extreme_deviates(x: Array) -> tuple[npt.NDArray[np.intp], Array]:
    """The values that lie farthest out, the farthest first, and for each stage its p value times the stages."""
    stages = max(1, x.size // ONE_IN)
    left, order, p = np.arange(x.size), [], []
    for _ in range(stages):
        values = x[left]
        m, sd = values.size, float(values.std(ddof=1))
        if m < 3 or not sd > 0.0:
            break
        away = np.abs(values - values.mean()) / sd
        place = int(away.argmax())
        # Grubbs' statistic as a t, times the values that could have been the farthest.
        inside = (m - 1) ** 2 - m * float(away[place]) ** 2
        t = np.sqrt(m * (m - 2) * float(away[place]) ** 2 / inside) if inside > 0.0 else np.inf
        p.append(min(1.0, stages * m * 2.0 * float(stats.t.sf(t, m - 2))))
        order.append(int(left[place]))
        left = np.delete(left, place)
    return np.array(order, dtype=np.intp), np.array(p or [1.0])
