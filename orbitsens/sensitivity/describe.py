"""A sample in numbers, for one setting and for a table of settings."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from orbitsens.sensitivity.intervals import mean_interval, median_interval

COLUMNS = (
    "n", "mean", "median", "sd", "min", "max", "q1", "q3", "mean_low", "mean_high", "median_low", "median_high",
)  # fmt: skip


def describe(values: npt.ArrayLike) -> dict[str, float]:
    """Describe finite values: the keys of `COLUMNS`, all but `n` in the unit of the values.

    `sd` has n - 1 in its denominator and is NaN for one value; quartiles are interpolated linearly between order
    statistics (numpy's default, Hyndman and Fan's type 7); `mean_low`, `mean_high` and `median_low`,
    `median_high` are the 95 % intervals of `orbitsens.sensitivity.intervals`, NaN where n is too small for one.

    Raises:
        ValueError: no value, or one that is not finite; take those out, and count them, before.
    """
    x = np.asarray(values, dtype=float)
    if x.size == 0 or not np.isfinite(x).all():
        raise ValueError(f"describe needs at least one value and only finite ones, got {x.size} values.")
    mean, median = mean_interval(x), median_interval(x)
    q1, middle, q3 = np.quantile(x, [0.25, 0.5, 0.75])
    return {
        "n": x.size,
        "mean": float(x.mean()),
        "median": float(middle),
        "sd": float(x.std(ddof=1)) if x.size > 1 else float("nan"),
        "min": float(x.min()),
        "max": float(x.max()),
        "q1": float(q1),
        "q3": float(q3),
        "mean_low": mean.low if mean else float("nan"),
        "mean_high": mean.high if mean else float("nan"),
        "median_low": median.low if median else float("nan"),
        "median_high": median.high if median else float("nan"),
    }


def describe_by(frame: pd.DataFrame, by: str, value: str) -> pd.DataFrame:
    """Describe `value` for each `by`: one row per group in order of first appearance, columns `by` and `COLUMNS`."""
    rows = [{by: name} | dict(describe(part[value])) for name, part in frame.groupby(by, sort=False)]
    return pd.DataFrame(rows, columns=[by, *COLUMNS])
