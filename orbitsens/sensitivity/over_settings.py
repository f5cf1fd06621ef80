"""What runs have in common and how two things of them go together, counted over settings.

The seeds of a setting share all its parameters, so they are no independent evidence of what those do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

DRAWS = 2000
MOST_RESAMPLED = 1000  # units; of more the interval comes from Fisher's z, which takes no time
LEVEL = 0.05


class Common(NamedTuple):
    """A value that `n` of the best settings have, and `n_all` of all: `p` of a draw without regard to the error."""

    p: float
    parameter: str
    value: str
    n: int
    n_all: int


class Correlation(NamedTuple):
    """Spearman's rank correlation with its 95 % interval, over `n_units` settings, or runs where there is one."""

    rho: float
    low: float
    high: float
    n_units: int
    n_runs: int
    of_settings: bool


def setting_means(values: pd.DataFrame, setting: "pd.Series[int]") -> pd.DataFrame:
    """Return the mean of each column over the runs of each setting, a row per setting.

    Only runs that have a finite number in every column count; columns that are positive throughout are averaged as
    logarithms, so that a setting's error is its geometric mean.
    """
    numbers = values.astype("float64").replace([np.inf, -np.inf], np.nan)
    finite = numbers.notna().all(axis=1) & setting.notna()
    numbers, groups = numbers[finite].copy(), setting[finite]
    logs = [name for name in numbers if len(numbers) and bool((numbers[name] > 0.0).all())]
    for name in logs:
        numbers[name] = np.log(numbers[name])
    means = numbers.groupby(groups.to_numpy()).mean()
    for name in logs:
        means[name] = np.exp(means[name])
    return means


def commonest(best: npt.NDArray[np.bool_], texts: Mapping[str, Sequence[str]]) -> Common | None:
    """Return the value that is most surprisingly common among the best settings; None where none is clearly.

    `texts` has the values of each parameter, a text per setting. Clearly: by the hypergeometric distribution, with
    Bonferroni's correction for all values that are looked at, at the 5 % level.
    """
    k, m = len(best), int(best.sum())
    found: list[Common] = []
    for name, values in texts.items():
        every = Counter(values)
        here = Counter(value for value, among in zip(values, best, strict=True) if among)
        found += [
            Common(float(stats.hypergeom.sf(n - 1, k, every[value], m)), name, value, n, every[value])
            for value, n in here.items()
        ]
    found = [one for one in found if one.n_all < k]
    surprise = min(found, key=lambda one: one.p, default=None)
    looked_at = sum(len(set(values)) for values in texts.values() if len(set(values)) > 1)
    return surprise if surprise is not None and surprise.p * looked_at <= LEVEL else None


def rank_correlation(x: "pd.Series[float]", y: "pd.Series[float]", setting: "pd.Series[int]") -> Correlation | None:
    """Correlate the means of settings, or the runs where they are of one setting; None where nothing varies.

    The interval is by bootstrap over those units (percentiles of 2,000 draws, always the same ones); beyond 1,000
    units by Fisher's z with Bonett and Wright's variance.
    """
    pair = pd.DataFrame({"x": x.to_numpy(), "y": y.to_numpy()})
    place = setting.reset_index(drop=True)
    means = setting_means(pair, place)
    runs = pair.astype("float64").replace([np.inf, -np.inf], np.nan).dropna()
    of_settings = len(means) > 1
    units = means if of_settings else runs
    if units["x"].nunique() < 2 or units["y"].nunique() < 2:
        return None
    ranks = units.rank().to_numpy()
    rho = float(np.corrcoef(ranks.T)[0, 1])
    low, high = _resampled(ranks) if len(units) <= MOST_RESAMPLED else fisher(rho, len(units))
    return Correlation(rho, low, high, len(units), len(runs), of_settings)


def fisher(rho: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a rank correlation over `n` independent pairs."""
    if abs(rho) > 1.0 - 1e-12:
        return rho, rho
    z, se = np.arctanh(rho), np.sqrt((1.0 + rho * rho / 2.0) / (n - 3))
    half = float(stats.norm.ppf(1.0 - LEVEL / 2.0)) * se
    return float(np.tanh(z - half)), float(np.tanh(z + half))


def _resampled(ranks: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The percentile interval: units are drawn with replacement and ranked anew."""
    n = len(ranks)
    drawn = np.random.default_rng(1).integers(n, size=(DRAWS, n))
    x, y = (stats.rankdata(ranks[drawn, side], axis=1) for side in (0, 1))
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    size = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    some = size > 0.0  # a draw of equal values has no correlation
    rhos = (x * y).sum(axis=1)[some] / size[some]
    low, high = np.quantile(rhos, [LEVEL / 2.0, 1.0 - LEVEL / 2.0])
    return float(low), float(high)
