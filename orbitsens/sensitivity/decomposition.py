"""Where the variance of a sweep comes from: parameters, their interactions, the seeds, and the rest."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.fit import Fit, fit
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.model import Model, gained, solve, wald, without
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.seed_shares import Part, seed_parts, seeds_method
from orbitsens.sensitivity.terms import Array
from orbitsens.sensitivity.threads import one_thread

# Fewer settings than this are no sample to draw from: their means are taken as fixed and only the noise is drawn.
FEWEST_SETTINGS = 20
DRAWS = 200
# A model of more columns than this is slow to fit, and gets fewer draws.
MANY_COLUMNS, DRAWS_OF_MANY = 150, 30
MOST_CLUSTERS = 60
MISFIT, REST = "lack of fit", "residual"


@dataclass(frozen=True)
class Decomposition:
    """Shares of the variance of y.

    `table`: a row per source: source (a parameter, "a x b", "seed", "lack of fit", "residual"), kind ("parameter",
    "interaction", "seed", "lack of fit", "residual"), share, low, high. Shares of parameters are type II and
    corrected for what noise alone would take; they sum to 1 in a balanced design, and can be slightly negative.
    `misfit_p`: p value of the lack of fit, NaN where it cannot be tested.
    """

    table: pd.DataFrame
    misfit_p: float
    method: str
    warnings: tuple[str, ...]


@one_thread
def decompose(found: Response, level: float = LEVEL, fitted: Fit | None = None) -> Decomposition:
    """Split the variance of y; each column of seeds that varies is a source of its own.

    `fitted`: the response's fit, where it is known.

    Raises:
        CannotSay: nothing varies, or no noise can be estimated.
    """
    if not found.parameters:
        raise CannotSay("All used runs have the same setting, so the seed is the only source of variance.")
    fitted = fitted or fit(found)
    model = fitted.model
    if model.df_pure + model.df_misfit == 0:
        raise CannotSay(
            "Every run is needed to estimate the effects, so none is left to estimate the noise; add seeds."
        )
    seeds = seed_parts(found)
    shares = _shares(model, model.gram, model.pure, seeds)
    draws = DRAWS if model.x.shape[1] <= MANY_COLUMNS else DRAWS_OF_MANY
    drawn, how = _redraw(model, seeds, draws)
    half = stats.norm.ppf(0.5 + level / 2) * drawn.std(axis=0, ddof=1)
    values = np.array(list(shares.values()))
    kinds = [_kind(key, model, seeds) for key in shares]
    table = pd.DataFrame({"source": list(shares), "kind": kinds, "share": values})
    table["low"], table["high"] = np.clip(values - half, 0.0, 1.0), np.clip(values + half, 0.0, 1.0)
    return Decomposition(
        table=table,
        misfit_p=model.misfit_p,
        method=(
            f"type II sums of squares less what noise takes, of {found.scale}; {100 * level:g} % normal intervals "
            f"from {draws} {how}; {seeds_method(found)}; {found.counted}"
        ),
        warnings=fitted.warnings,
    )


def _shares(model: Model, gram: Array, pure: float, seeds: dict[str, Part]) -> dict[str, float]:
    """Shares of the total sum of squares, each less its degrees of freedom times the noise variance."""
    everything = np.arange(model.x.shape[1])
    full = solve(gram, everything)
    total = solve(gram, model.columns[()]).rss + pure
    df_noise = model.df_pure or model.df_misfit
    noise = (pure if model.df_pure else full.rss) / df_noise
    squares: dict[str, float] = {}
    interacting = {name for key in model.columns if len(key) == 2 for name in key}
    terms = {key: places for key, places in model.columns.items() if key}
    for key, places in terms.items():
        if len(key) == 1 and key[0] in interacting:
            taken = gained(gram, without(model, key[0]), places)
        else:  # what it adds to all other terms
            taken = wald(full, places)
        squares[" x ".join(key)] = taken - places.size * noise
    seed_sum = 0.0
    left = model.df_pure - sum(df for _, df in seeds.values())
    if left > 0:
        # Each part against what all of them leave of the spread within settings.
        rest = max(pure - sum(square for square, _ in seeds.values()), 0.0) / left
        parts = {name: square - df * rest for name, (square, df) in seeds.items() if df}
        squares |= parts
        seed_sum = sum(parts.values())
    if model.df_pure and model.df_misfit:
        squares[MISFIT] = full.rss - model.df_misfit * noise
    taken = (full.rank - 1 + model.df_misfit) if model.df_pure else full.rank - 1
    squares[REST] = df_noise * noise + taken * noise - seed_sum
    return {name: value / total for name, value in squares.items()}


def _kind(source: str, model: Model, seeds: dict[str, Part]) -> str:
    if source in (MISFIT, REST):
        return source
    if source in seeds:
        return "seed"
    return "parameter" if (source,) in model.columns else "interaction"


def _redraw(model: Model, seeds: dict[str, Part], draws: int) -> tuple[Array, str]:
    """Shares of redrawn sweeps, [draws, sources], and how they were drawn."""
    rng = np.random.default_rng(1)
    summary = model.cells
    z = np.column_stack([model.x, summary.mean - np.average(summary.mean, weights=summary.n)])
    if len(summary.n) < FEWEST_SETTINGS and model.df_pure:
        sd = np.sqrt(model.pure / model.df_pure)
        rows = []
        for noise in rng.normal(size=(draws, len(summary.n))):
            y = z.copy()
            y[:, -1] += sd * noise / np.sqrt(summary.n)
            pure, drawn = _redraw_seeds(model, seeds, rng)
            rows.append(list(_shares(model, y.T @ (summary.n[:, None] * y), pure, drawn).values()))
        return np.array(rows), "draws of the seed noise about the setting means (too few settings to draw from)"
    clusters = rng.permutation(np.arange(len(summary.n)) % min(len(summary.n), MOST_CLUSTERS))
    grams = np.array([_gram(z[clusters == c], summary.n[clusters == c]) for c in range(clusters.max() + 1)])
    pures = np.bincount(clusters, weights=summary.ss)
    weights = rng.exponential(size=(draws, len(pures)))
    weights /= weights.mean(axis=1, keepdims=True)
    rows = []
    weighted = (weights @ grams.reshape(len(grams), -1)).reshape(draws, *grams.shape[1:])
    for weight, gram in zip(weights, weighted, strict=True):
        _, drawn = _redraw_seeds(model, seeds, rng)
        rows.append(list(_shares(model, gram, float(weight @ pures), drawn).values()))
    of_what = "settings" if len(pures) == len(summary.n) else f"{len(pures)} groups of whole settings"
    return np.array(rows), f"Bayesian bootstraps clustered by setting (random weights on {of_what})"


def _redraw_seeds(model: Model, seeds: dict[str, Part], rng: np.random.Generator) -> tuple[float, dict[str, Part]]:
    """Redraw the spread within settings, and the parts of it that the seeds have in common."""
    drawn = {name: Part(square * rng.chisquare(df) / df if df else 0.0, df) for name, (square, df) in seeds.items()}
    rest = model.df_pure - sum(df for _, df in seeds.values())
    left = model.pure - sum(square for square, _ in seeds.values())
    left = left * rng.chisquare(rest) / rest if rest > 0 else left
    return max(left, 0.0) + sum(square for square, _ in drawn.values()), drawn


def _gram(z: Array, n: Array) -> Array:
    return np.asarray(z.T @ (n[:, None] * z))
