"""Sobol indices on a surrogate of the response, where the surrogate earns it."""

import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from SALib.analyze import sobol as analyse_sobol  # type: ignore[import-untyped]
from SALib.sample import sobol as sample_sobol  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.gaussian_process import GaussianProcessRegressor  # type: ignore[import-untyped]
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.importance import coded
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import term
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
        CannotSay: nothing varies, too few settings, too many for the surrogate, or a surrogate whose held-out R2 is
            below 0.7.
    """
    if not found.parameters:
        raise CannotSay("All used runs have the same setting, so no parameter has a Sobol index.")
    means = found.runs.groupby("setting", sort=False)["y"].mean().to_numpy()
    if not FEWEST_SETTINGS <= len(means) <= MOST_SETTINGS:
        raise CannotSay(
            f"Sobol indices on a surrogate are made for {FEWEST_SETTINGS} to {MOST_SETTINGS} settings, and there "
            f"{'is' if len(means) == 1 else 'are'} {len(means)}; see the share of variance instead."
        )
    unit, levels = _scaled(found)
    encode = partial(_encoded, kinds=[_is_text(found, name) for name in found.parameters], levels=levels)
    seen = encode(unit)
    surrogate = _fit(seen, means)
    r2 = _held_out(seen, means, surrogate)
    if not r2 >= EARNED:
        raise CannotSay(
            f"Of the variance between settings that it has not seen, a surrogate explains {100 * max(r2, 0.0):.0f} % "
            f"(held-out R2 {r2:.2f}), less than the {100 * EARNED:g} % that Sobol indices need to mean something, so "
            "none are given; see the share of variance instead."
        )
    n = len(found.parameters)
    problem = {"num_vars": n, "names": list(found.parameters), "bounds": [[0.0, 1.0]] * n}
    # SALib takes seed=0 for no seed.
    points = encode(_on_levels(sample_sobol.sample(problem, SAMPLES, calc_second_order=False, seed=1), levels))
    rng = np.random.default_rng(1)
    first, total = _indices(problem, surrogate, points)
    drawn = []
    for _ in range(REFITS):
        chosen = np.unique(rng.integers(0, len(means), size=len(means)))
        drawn.append(_indices(problem, _fit(seen[chosen], means[chosen], surrogate.kernel_), points))
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


def _scaled(found: Response) -> tuple[Array, list[Array | None]]:
    """The settings' parameters on 0 to 1, [n_settings, n_parameters], and the levels of each, None for a trend."""
    x = coded(found)[~found.runs["setting"].duplicated().to_numpy()]
    low, high = x.min(axis=0), x.max(axis=0)
    unit = (x - low) / (high - low)
    trends = [term(found.runs[name]).level is None for name in found.parameters]
    return unit, [None if trend else np.unique(column) for trend, column in zip(trends, unit.T, strict=True)]


def _is_text(found: Response, name: str) -> bool:
    return not pd.api.types.is_numeric_dtype(found.runs[name].dtype)


def _encoded(unit: Array, kinds: list[bool], levels: list[Array | None]) -> Array:
    """What the surrogate sees: numbers as they are, and a column for each value of a text, which have no order."""
    blocks = [
        (column[:, None] == grid[None, :]).astype(float) if text and grid is not None else column[:, None]
        for column, text, grid in zip(unit.T, kinds, levels, strict=True)
    ]
    return np.hstack(blocks)


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
