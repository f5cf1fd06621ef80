"""The seed noise: how far runs of one setting differ, in a typical setting, in the quietest and in the noisiest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response

# Brown-Forsythe needs three runs in a setting: of two, both are equally far from their median.
FEWEST_FOR_TEST = 3
UNEQUAL = 0.05


@dataclass(frozen=True)
class Noise:
    """The spread within settings, in the unit of `y`.

    `sd`: that of a typical setting: the median of the settings' standard deviations, each corrected for its number
    of runs; `least`, `most`: the smallest and the largest of them as measured. `pooled`: the root mean square of all
    with `df` degrees of freedom, which a few noisy settings can rule. `test_p`: p value of the Brown-Forsythe test
    that all settings share one spread, NaN where too few runs allow one; nothing is decided by it. `per_setting`:
    setting, n, sd (NaN for one run), one row per setting in order of the settings.
    """

    sd: float
    least: float
    most: float
    pooled: float
    df: int
    test_p: float
    per_setting: pd.DataFrame
    log: bool
    level: float
    counted: str

    @property
    def unequal(self) -> bool:
        """Whether the settings differ in spread beyond chance."""
        return self.test_p < UNEQUAL

    @property
    def method(self) -> str:
        """How the noise was measured, in words."""
        repeated = int((self.per_setting["n"] > 1).sum())
        tested = (
            f"Brown-Forsythe test of equal spread: p = {self.test_p:.2g}"
            if np.isfinite(self.test_p)
            else "too few runs per setting for a test of equal spread"
        )
        return (
            f"median of the standard deviations of {repeated} repeated settings, each divided by the median of its "
            f"own chi distribution; {tested}; {self.counted}"
        )

    def typical(self, chosen: npt.NDArray[np.bool_]) -> float:
        """The typical standard deviation of some settings, [n_settings]; of all where none of these was repeated."""
        return _typical(self.per_setting[chosen]) or self.sd


def noise_floor(found: Response, level: float = LEVEL) -> Noise:
    """Measure the seed noise.

    Raises:
        CannotSay: no setting was run more than once, or repeated runs do not differ at all.
    """
    runs = found.runs.groupby("setting", sort=False)["y"]
    table = pd.DataFrame({"n": runs.size(), "sd": runs.std(ddof=1)})
    df = int((table["n"] - 1).sum())
    if found.n_used == 1:
        raise CannotSay("A single run says nothing about the seed; train the same setting with more seeds.")
    if df == 0:
        raise CannotSay(
            f"None of the {len(table)} settings was run with more than one seed, so the seed's share cannot be "
            "measured; repeat some settings with other seeds."
        )
    pooled = float(np.sqrt((table["sd"] ** 2 * (table["n"] - 1)).sum() / df))
    if not pooled > 0.0:
        raise CannotSay(
            "Runs of one setting do not differ at all, so there is no seed noise to compare with; check that the "
            "seed has an effect."
        )
    return Noise(
        sd=_typical(table) or pooled,
        least=float(table["sd"].min()),
        most=float(table["sd"].max()),
        pooled=pooled,
        df=df,
        test_p=_brown_forsythe(found),
        per_setting=table.rename_axis("setting").reset_index(),
        log=found.log,
        level=level,
        counted=found.counted,
    )


def _typical(table: pd.DataFrame) -> float:
    own = table[table["n"] > 1]
    if own.empty:
        return 0.0
    if len(own) == 1:
        return float(own["sd"].iloc[0])
    df = own["n"].to_numpy(dtype=float) - 1.0
    return float(np.median(own["sd"].to_numpy(dtype=float) / np.sqrt(stats.chi2.median(df) / df)))


def _brown_forsythe(found: Response) -> float:
    """SciPy's `levene(center="median")`, without its Python loop over settings."""
    groups = found.runs.groupby("setting", sort=False)["y"]
    size = groups.transform("size")
    away = (found.runs["y"] - groups.transform("median")).abs()[size >= FEWEST_FOR_TEST]
    if away.empty or not away.to_numpy().any():
        return float("nan")
    by = away.groupby(found.runs["setting"], sort=False)
    k, n = by.ngroups, len(away)
    within = float(((away - by.transform("mean")) ** 2).sum())
    if k < 2:
        return float("nan")
    if not within > 0.0:
        return 0.0
    between = float((by.size() * (by.mean() - away.mean()) ** 2).sum())
    return float(stats.f.sf(between / (k - 1) / (within / (n - k)), k - 1, n - k))
