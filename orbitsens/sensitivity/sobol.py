"""Sobol indices on a surrogate of the response, where the surrogate earns it."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from SALib.analyze import sobol as analyse_sobol  # type: ignore[import-untyped]
from SALib.sample import sobol as sample_sobol  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.gaussian_process import GaussianProcessRegressor  # type: ignore[import-untyped]
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.importance import coded
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import Array, term
from orbitsens.sensitivity.threads import one_thread

FEWEST_SETTINGS = 20
MOST_SETTINGS = 600
EARNED = 0.7
SAMPLES = 512
REFITS = 12


@dataclass(frozen=True)
class SobolIndices:
    """First-order and total indices of the setting means' surrogate.

    `table`: parameter, first, first_low, first_high, total, total_low, total_high. `r2`: held-out R2 of the surrogate
    on settings it has not seen, of the setting means.
    """

    table: pd.DataFrame
    r2: float
    method: str


@one_thread
def sobol_indices(found: Response, level: float = LEVEL) -> SobolIndices:
    """Estimate Sobol indices for parameters that are independent and uniform over what the sweep covered.

    Raises:
        CannotSay: too few settings, too many for the surrogate, a parameter that is no number, or a surrogate whose
            held-out R2 is below 0.7.
    """
    means = found.runs.groupby("setting", sort=False)["y"].mean().to_numpy()
    if not FEWEST_SETTINGS <= len(means) <= MOST_SETTINGS:
        raise CannotSay(
            f"Sobol indices on a surrogate are made for {FEWEST_SETTINGS} to {MOST_SETTINGS} settings, and there are "
            f"{len(means)}; see the decomposition instead."
        )
    texts = [name for name in found.parameters if not pd.api.types.is_numeric_dtype(found.runs[name].dtype)]
    if texts:
        raise CannotSay(f"{texts[0]} is no number, which the surrogate needs; see the decomposition instead.")
    x = coded(found)[~found.runs["setting"].duplicated().to_numpy()]
    low, high = x.min(axis=0), x.max(axis=0)
    unit = (x - low) / (high - low)
    surrogate = _fit(unit, means)
    r2 = _held_out(unit, means, surrogate)
    if not r2 >= EARNED:
        raise CannotSay(
            f"The surrogate explains {100 * max(r2, 0.0):.0f} % of the settings held out, below the {100 * EARNED:g} % "
            "that Sobol indices need to mean something; see the decomposition instead."
        )
    problem = {"num_vars": x.shape[1], "names": list(found.parameters), "bounds": [[0.0, 1.0]] * x.shape[1]}
    # SALib takes seed=0 for no seed.
    points = sample_sobol.sample(problem, SAMPLES, calc_second_order=False, seed=1)
    trends = [term(found.runs[name]).level is None for name in found.parameters]
    points = _on_levels(points, [None if trend else np.unique(c) for trend, c in zip(trends, unit.T, strict=True)])
    rng = np.random.default_rng(1)
    first, total = _indices(problem, surrogate, points)
    drawn = []
    for _ in range(REFITS):
        chosen = np.unique(rng.integers(0, len(means), size=len(means)))
        drawn.append(_indices(problem, _fit(unit[chosen], means[chosen], surrogate.kernel_), points))
    spread = np.array(drawn).std(axis=0, ddof=1)
    half = 2.2 * spread + 2.0 / np.sqrt(SAMPLES) * 0.5
    table = pd.DataFrame({"parameter": found.parameters})
    for name, value, wide in (("first", first, half[0]), ("total", total, half[1])):
        table[name], table[f"{name}_low"], table[f"{name}_high"] = value, value - wide, value + wide
    return SobolIndices(
        table=table,
        r2=r2,
        method=(
            f"Saltelli's estimator (SALib, {SAMPLES} base samples) on a Gaussian process of {len(means)} setting "
            f"means with held-out R2 {r2:.2f}; about {100 * level:g} % intervals from {REFITS} refits on redrawn "
            f"settings and the sampling error; {found.counted}"
        ),
    )


def _fit(x: Array, y: Array, kernel: object = None) -> GaussianProcessRegressor:
    chosen = kernel or ConstantKernel(1.0) * Matern(np.ones(x.shape[1]), (0.05, 50.0), nu=2.5) + WhiteKernel(
        0.1, (1e-6, 2.0)
    )
    optimizer = None if kernel is not None else "fmin_l_bfgs_b"
    process = GaussianProcessRegressor(chosen, normalize_y=True, optimizer=optimizer, random_state=1)
    with warnings.catch_warnings():
        # A length scale at its bound says that a parameter hardly matters, which is an answer.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return process.fit(x, y)


def _held_out(x: Array, y: Array, surrogate: GaussianProcessRegressor) -> float:
    left = np.zeros(len(y))
    for train, test in GroupKFold(5, shuffle=True, random_state=1).split(x, y, np.arange(len(y))):
        left[test] = y[test] - _fit(x[train], y[train], surrogate.kernel_).predict(x[test])
    return 1.0 - float((left**2).mean() / y.var())


def _on_levels(points: Array, grids: list[Array | None]) -> Array:
    """Round the points of parameters with few levels to equally likely levels."""
    moved = points.copy()
    for j, grid in enumerate(grids):
        if grid is not None:
            moved[:, j] = grid[np.minimum((points[:, j] * len(grid)).astype(int), len(grid) - 1)]
    return moved


def _indices(problem: dict[str, object], surrogate: GaussianProcessRegressor, points: Array) -> tuple[Array, Array]:
    found = analyse_sobol.analyze(problem, surrogate.predict(points), calc_second_order=False, num_resamples=2, seed=1)
    return np.asarray(found["S1"]), np.asarray(found["ST"])
