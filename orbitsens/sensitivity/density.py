"""The outline of a violin, and where its points lie in it."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

# Fewer runs are shown as points only: an outline would be drawn from the smoothing, not from the runs.
FEWEST_RUNS = 6
GRID = 96


def outline(values: npt.ArrayLike, log: bool) -> pd.DataFrame:
    """Gaussian kernel density of the values between their minimum and maximum: columns `value` and `density`.

    `density` is scaled to a maximum of 1. With `log` the density is that of log10 of the values, and the grid is
    equally spaced there. The bandwidth is Silverman's robust rule, 0.9 min(sd, IQR / 1.34) n**(-1/5) (1986, eq. 3.31),
    so that one outlier does not smear the rest. The outline ends at the data: no run, no violin.
    No rows for fewer than `FEWEST_RUNS` values or if all are equal.
    """
    x = np.asarray(values, dtype=float)
    if log:
        x = np.log10(x)
    if x.size < FEWEST_RUNS or np.ptp(x) == 0.0:
        return pd.DataFrame({"value": [], "density": []}, dtype=float)
    grid, bandwidth = np.linspace(x.min(), x.max(), GRID), _bandwidth(x)
    density = np.exp(-0.5 * ((grid[:, None] - x) / bandwidth) ** 2).sum(axis=1)
    return pd.DataFrame({"value": 10.0**grid if log else grid, "density": density / density.max()})


def offsets(values: npt.ArrayLike, shape: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Where points lie across their violin, shape [n], in -1 .. 1: spread evenly, and wide where the violin is wide.

    `shape` is the violin's `outline`; without rows, the points are spread over all of -1 .. 1. Deterministic (van der
    Corput's sequence in order of the values, as in quasirandom plots): the same runs always lie at the same places.
    """
    x = np.asarray(values, dtype=float)
    width = np.interp(x, shape["value"], shape["density"]) if len(shape) else np.ones(x.size)
    spread = np.empty(x.size)
    sequence = stats.qmc.Halton(d=1, scramble=False).fast_forward(1).random(x.size)[:, 0]
    spread[np.argsort(x, kind="stable")] = 2.0 * sequence - 1.0
    return np.asarray(spread * width, dtype=np.float64)


def _bandwidth(x: npt.NDArray[np.float64]) -> float:
    sd, iqr = float(x.std(ddof=1)), float(np.subtract(*np.quantile(x, [0.75, 0.25])))
    return float(0.9 * (min(sd, iqr / 1.34) if iqr > 0.0 else sd) * x.size ** (-0.2))
