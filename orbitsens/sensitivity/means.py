"""Setting means with intervals that hold for three to five seeds."""

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.response import Response


def setting_means(found: Response, noise: Noise, level: float = LEVEL) -> pd.DataFrame:
    """Mean of `y` in each setting with a t interval, a row per setting in order of the settings.

    Columns: setting, n, mean, se, df, low, high (unit of `y`), and error, error_low, error_high (unit of the metric:
    with logarithms the geometric mean and its interval). The variance is pooled over settings where they share it,
    else each setting's own; a setting with one run then borrows the pooled one. A percentile bootstrap of 3 to 5
    seeds is not used: it covers far less than it says.
    """
    table = noise.per_setting[["setting", "n"]].copy()
    table["mean"] = found.runs.groupby("setting", sort=False)["y"].mean().to_numpy()
    sd, df = variances(noise)
    table["se"] = sd / np.sqrt(table["n"])
    table["df"] = df
    half = stats.t.ppf(0.5 + level / 2, table["df"]) * table["se"]
    table["low"], table["high"] = table["mean"] - half, table["mean"] + half
    for name, source in (("error", "mean"), ("error_low", "low"), ("error_high", "high")):
        table[name] = 10.0 ** table[source] if found.log else table[source]
    return table


def variances(noise: Noise) -> tuple["pd.Series[float]", "pd.Series[int]"]:
    """Standard deviation to use for each setting, and its degrees of freedom."""
    table = noise.per_setting
    own = (table["n"] > 1) & (not noise.equal)
    return table["sd"].where(own, noise.sd), (table["n"] - 1).where(own, noise.df)


def means_method(noise: Noise, level: float = LEVEL) -> str:
    """How the intervals are made, in words."""
    if noise.equal:
        how = f"Student's t with the pooled variance, {noise.df} degrees of freedom"
    else:
        how = "Student's t with each setting's own variance, because the settings differ in spread"
    mean = "geometric mean" if noise.log else "mean"
    return f"{mean}, {100 * level:g} % intervals: {how}; {noise.counted}"
