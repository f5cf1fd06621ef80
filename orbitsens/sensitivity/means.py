"""Setting means with intervals that hold in each setting, however unequal the spreads are."""

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.orbits import Orbits
from orbitsens.sensitivity.response import Response


def setting_means(found: Response, noise: Noise, level: float = LEVEL, orbits: Orbits | None = None) -> pd.DataFrame:
    """Mean of `y` in each setting with a t interval, a row per setting in order of the settings.

    Columns: setting, n, mean, se, df, low, high (unit of `y`), and error, error_low, error_high (unit of the metric:
    with logarithms the geometric mean and its interval), arithmetic (mean of the metric itself). The variance is the
    setting's own and is never pooled: a setting with one run has no interval (NaN). With `orbits` also orbits_low and
    orbits_high, the interval for test orbits like these: the orbits' own variance of the mean added to the seeds'.
    """
    table = noise.per_setting[["setting", "n"]].copy()
    grouped = found.runs.groupby("setting", sort=False)
    table["mean"] = grouped["y"].mean().to_numpy()
    own = noise.per_setting["sd"].to_numpy(dtype=float)
    n = table["n"].to_numpy(dtype=float)
    df = np.where(n > 1, n - 1.0, np.nan)
    table["se"], table["df"] = own / np.sqrt(n), df
    half = stats.t.ppf(0.5 + level / 2, df) * table["se"]
    table["low"], table["high"] = table["mean"] - half, table["mean"] + half
    ends = {"error": "mean", "error_low": "low", "error_high": "high"}
    if orbits is not None:
        half = orbits.half_width(own**2 / n, df, np.eye(len(table)), level)
        table["orbits_mean_low"], table["orbits_mean_high"] = table["mean"] - half, table["mean"] + half
        ends |= {"orbits_low": "orbits_mean_low", "orbits_high": "orbits_mean_high"}
    for name, source in ends.items():
        table[name] = 10.0 ** table[source] if found.log else table[source]
    table["arithmetic"] = grouped["value"].mean().to_numpy()
    return table.drop(columns=["orbits_mean_low", "orbits_mean_high"], errors="ignore")


def means_method(noise: Noise, level: float = LEVEL) -> str:
    """How the intervals are made, in words."""
    mean = "geometric mean" if noise.log else "mean"
    return (
        f"{mean}, {100 * level:g} % Student's t intervals with each setting's own variance, each for itself, not all "
        f"together; {noise.counted}"
    )
