"""The seed-noise floor: how far runs of one setting differ, and whether all settings share it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import Array

# Brown-Forsythe needs three runs in a setting: of two, both are equally far from their median.
FEWEST_FOR_TEST = 3
UNEQUAL = 0.05


@dataclass(frozen=True)
class Noise:
    """The spread within settings, in the unit of `y`.

    `sd`: pooled standard deviation with `df` degrees of freedom; `low`, `high`: its chi-square interval.
    `test_p`: p value of the Brown-Forsythe test that all settings share it, NaN where too few runs allow one.
    `equal`: the test did not reject (or could not be made). `per_setting`: setting, n, sd (NaN for one run), low,
    high, one row per setting in order of the settings.
    """

    sd: float
    df: int
    low: float
    high: float
    test_p: float
    equal: bool
    per_setting: pd.DataFrame
    log: bool
    level: float
    counted: str

    @property
    def method(self) -> str:
        """How the floor was found, in words."""
        repeated = int((self.per_setting["n"] > 1).sum())
        tested = (
            f"Brown-Forsythe test of equal spread: p = {self.test_p:.2g}"
            if np.isfinite(self.test_p)
            else "too few runs per setting for a test of equal spread"
        )
        return (
            f"pooled within-setting standard deviation of {repeated} repeated settings, {self.df} degrees of freedom, "
            f"{100 * self.level:g} % chi-square interval; {tested}; {self.counted}"
        )


def noise_floor(found: Response, level: float = LEVEL) -> Noise:
    """Measure the seed-noise floor.

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
    sd = float(np.sqrt((table["sd"] ** 2 * (table["n"] - 1)).sum() / df))
    if not sd > 0.0:
        raise CannotSay(
            "Runs of one setting do not differ at all, so there is no seed noise to compare with; check that the "
            "seed has an effect."
        )
    p = _brown_forsythe(found)
    low, high = _sd_interval(table["sd"], table["n"] - 1, level)
    pooled_low, pooled_high = _sd_interval(sd, df, level)
    return Noise(
        sd=sd,
        df=df,
        low=float(pooled_low),
        high=float(pooled_high),
        test_p=p,
        equal=not p < UNEQUAL,
        per_setting=table.assign(low=low, high=high).rename_axis("setting").reset_index(),
        log=found.log,
        level=level,
        counted=found.counted,
    )


def _brown_forsythe(found: Response) -> float:
    parts = [part.to_numpy() for _, part in found.runs.groupby("setting", sort=False)["y"]]
    parts = [part for part in parts if part.size >= FEWEST_FOR_TEST]
    if len(parts) < 2 or all(np.ptp(part) == 0.0 for part in parts):
        return float("nan")
    return float(stats.levene(*parts, center="median").pvalue)


def _sd_interval(sd: ArrayLike, df: ArrayLike, level: float) -> tuple[Array, Array]:
    squares = np.asarray(sd, dtype=float) ** 2 * np.asarray(df)
    n = np.asarray(df, dtype=float)
    return (
        np.sqrt(squares / stats.chi2.ppf(0.5 + level / 2, n)),
        np.sqrt(squares / stats.chi2.ppf(0.5 - level / 2, n)),
    )
