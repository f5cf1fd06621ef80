"""Importances for large random sweeps, each beside what pure noise would show."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from optuna import create_study, create_trial, logging as optuna_logging
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from sklearn.ensemble import ExtraTreesRegressor  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import term
from orbitsens.sensitivity.threads import one_thread

FEWEST_SETTINGS = 20
FOLDS = 4
TREES = 40
# Nothing of 19 permuted sweeps may reach as far: a family-wise level of 1 in 20.
PERMUTATIONS = 19
BOOTSTRAPS = 400
# PED-ANOVA takes every run as an optuna trial; beyond this many a random part of the runs stands for all.
MOST_TRIALS = 2000


@dataclass(frozen=True)
class Importances:
    """Importances of all parameters.

    `table`: a row per parameter: parameter, importance (loss of held-out R2 when its values are shuffled), low, high
    (bootstrap over settings), seed_low, seed_high (bootstrap over seeds; NaN below 3 seeds), band (largest importance
    of any parameter in sweeps whose responses were permuted), real (beyond the band), ped_anova (how much it decides
    whether a run is among the best tenth, not how much it changes the error), ped_band, ped_real. `r2`: held-out R2
    of the forest on settings it has not seen.
    """

    table: pd.DataFrame
    r2: float
    method: str


@one_thread
def importances(found: Response, level: float = LEVEL) -> Importances:
    """Estimate permutation importances and PED-ANOVA with their null bands. Takes seconds to a minute.

    Raises:
        CannotSay: nothing varies, or fewer than 20 settings, too few to hold some out.
    """
    groups, first = pd.factorize(found.runs["setting"])
    if not found.parameters:
        raise CannotSay("All used runs have the same setting, so no parameter can be important.")
    if len(first) < FEWEST_SETTINGS:
        raise CannotSay(
            f"Importances need at least {FEWEST_SETTINGS} settings, of which some are held out, and there are "
            f"{len(first)}; the effects above need no such number."
        )
    x = coded(found)
    y = found.runs["y"].to_numpy(dtype=float)
    losses, r2 = _losses(x, y, groups)
    observed = losses.mean(axis=0)
    ped = _ped_anova(x, y, found.parameters)
    rng = np.random.default_rng(1)
    settings = x[np.unique(groups, return_index=True)[1]]
    null, ped_null = [], []
    for _ in range(PERMUTATIONS):
        # Whole settings change places, so that runs of one setting stay together.
        permuted = settings[rng.permutation(len(settings))][groups]
        null.append(float(_losses(permuted, y, groups)[0].mean(axis=0).max()))
        ped_null.append(float(_ped_anova(permuted, y, found.parameters).max()))
    low, high = _bootstrap(losses, groups, level)
    seed = found.runs["seed"]
    known = seed.notna().to_numpy()
    enough = seed.nunique() >= 3 and known.all()
    seed_low, seed_high = _bootstrap(losses, pd.factorize(seed)[0], level) if enough else (np.nan, np.nan)
    table = pd.DataFrame(
        {
            "parameter": found.parameters,
            "importance": observed,
            "low": low,
            "high": high,
            "seed_low": seed_low,
            "seed_high": seed_high,
            "band": max(null),
            "real": observed > max(null),
            "ped_anova": ped,
            "ped_band": max(ped_null),
            "ped_real": ped > max(ped_null),
        }
    )
    part = f", on {MOST_TRIALS} runs drawn at random" if found.n_used > MOST_TRIALS else ""
    return Importances(
        table=table.sort_values("importance", ascending=False, kind="stable", ignore_index=True),
        r2=r2,
        method=(
            f"permutation importance of {TREES} extremely randomised trees on settings held out ({FOLDS} folds grouped "
            f"by setting, held-out R2 {r2:.2f}); {100 * level:g} % bootstrap intervals over settings and over seeds; "
            f"null band: the largest importance of any parameter in {PERMUTATIONS} sweeps with permuted responses "
            f"(family-wise level {1 / (PERMUTATIONS + 1):g}); PED-ANOVA (optuna) measures what sets the best tenth of "
            f"the runs apart{part}; {found.counted}"
        ),
    )


def coded(found: Response) -> Array:
    """Parameters as numbers, [n_runs, n_parameters]: ranks of the levels, or the values of a trend."""
    columns = []
    for name in found.parameters:
        coding = term(found.runs[name])
        columns.append(found.runs[name].to_numpy(dtype=float) if coding.level is None else coding.level.astype(float))
    return np.column_stack(columns)


def _losses(x: Array, y: Array, groups: npt.NDArray[np.intp]) -> tuple[Array, float]:
    """Each run's rise of the squared error when one parameter is shuffled, over the variance of y: [n, p]; and R2."""
    rng = np.random.default_rng(1)
    rise, squared = np.zeros(x.shape), np.zeros(len(y))
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=1).split(x, y, groups):
        forest = ExtraTreesRegressor(TREES, min_samples_leaf=3, random_state=1).fit(x[train], y[train])
        squared[test] = (y[test] - forest.predict(x[test])) ** 2
        order = rng.permutation(len(test))
        for j in range(x.shape[1]):
            shuffled = x[test].copy()
            shuffled[:, j] = shuffled[order, j]
            rise[test, j] = (y[test] - forest.predict(shuffled)) ** 2 - squared[test]
    variance = float(y.var())
    return rise / variance, 1.0 - float(squared.mean()) / variance


def _bootstrap(losses: Array, clusters: npt.NDArray[np.intp], level: float) -> tuple[Array, Array]:
    sums = np.array([np.bincount(clusters, weights=column) for column in losses.T])
    sizes = np.bincount(clusters).astype(float)
    draws = np.random.default_rng(1).multinomial(len(sizes), np.full(len(sizes), 1.0 / len(sizes)), size=BOOTSTRAPS)
    means = (draws @ sums.T) / (draws @ sizes)[:, None]
    low, high = np.quantile(means, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return low, high


def _ped_anova(x: Array, y: Array, names: tuple[str, ...]) -> Array:
    chosen = np.arange(len(y))
    if len(y) > MOST_TRIALS:
        chosen = np.sort(np.random.default_rng(1).choice(len(y), MOST_TRIALS, replace=False))
    before = optuna_logging.get_verbosity()
    optuna_logging.set_verbosity(optuna_logging.WARNING)
    try:
        study = create_study()
        spaces = {name: _space(x[:, j]) for j, name in enumerate(names)}
        study.add_trials(
            [
                create_trial(params=dict(zip(names, x[i].tolist(), strict=True)), distributions=spaces, value=y[i])
                for i in chosen
            ]
        )
        found = PedAnovaImportanceEvaluator().evaluate(study)
    finally:
        optuna_logging.set_verbosity(before)
    return np.array([found.get(name, 0.0) for name in names])


def _space(column: Array) -> BaseDistribution:
    values = np.unique(column)
    if len(values) <= 8:
        return CategoricalDistribution(values.tolist())
    return FloatDistribution(float(values[0]), float(values[-1]))
