"""What each parameter does to the response, in units of the seed noise and in percent, and whether that is real."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import linalg, stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.fit import Fit, fit
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.model import Error, Model, Places, Solution, error, solve, without
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.planning import factor_to_tell
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import Array, Term
from orbitsens.sensitivity.threads import one_thread

FEWEST_FOR_OWN = 3
MATTERS, NO_MATTER, UNKNOWN = "matters", "does not matter", "cannot tell"


class Pairs(NamedTuple):
    """The two values of each pair of a term, as places among its labels."""

    first: Places
    second: Places


@dataclass(frozen=True)
class Effects:
    """The effects of all parameters.

    `table`: a row per parameter: parameter, kind ("levels" or "trend"), best and worst (the two values that differ
    most, the one with the smaller response first), effect (difference of their adjusted means, unit of y, so not
    negative), se, df, low, high (interval, simultaneous over all pairs of the parameter's values), effect_in_noise,
    p (Bonferroni over those pairs), p_holm (Holm over parameters), f, f_df, f_p (type II F test), bound (no two
    values differ by more, one-sided 95 %), runs_factor (by how much the runs must be multiplied to tell), verdict,
    tolerance (see `design_check.tolerances`). Parameters that cannot be estimated have NaN and "cannot tell".
    `interactions`: first, second, df, f, p, p_holm, verdict. `floor`: the noise that effects are measured in, unit of
    y, `measured` on repeated settings or not. `margin`: the largest effect that counts as none. `warnings`: what the
    design cannot tell apart.
    """

    table: pd.DataFrame
    interactions: pd.DataFrame
    model: Model
    error: Error
    floor: float
    measured: bool
    margin: float
    warnings: tuple[str, ...]
    level: float
    log: bool
    own_spread: bool
    counted: str

    @property
    def method(self) -> str:
        """How the effects were found, in words."""
        source = {
            "seeds": "the spread of the seeds within settings",
            "misfit": "what the model leaves between settings, which is more than the seeds explain",
            "residual": "all that the model leaves, seed noise and lack of fit together",
        }[self.error.source]
        figure = f"{self.margin:.3g} {'in log10' if self.log else 'units of the metric'}"
        spread = ", each setting with its own spread (Welch and Satterthwaite)" if self.own_spread else ""
        pairs = f"pairwise interactions in the model: {len(self.interactions)}"
        return (
            f"least squares, type II, {pairs}; error from {source}{spread}, {self.error.df} degrees of freedom; "
            f"{100 * self.level:g} % intervals with Bonferroni's correction over the values of a parameter, p "
            "values with Holm's over parameters; equivalence by two one-sided tests "
            f"within {figure}; {self.counted}"
        )


@one_thread
def effects(
    found: Response,
    noise: Noise | None,
    level: float = LEVEL,
    margin: float | None = None,
    fitted: Fit | None = None,
) -> Effects:
    """Estimate the effect of every parameter that varies.

    `noise` None: no setting was repeated, so what the model leaves stands for it. `margin` (unit of y) is the largest
    effect that counts as none; unless given, the noise floor. `fitted`: the response's fit, where it is known.

    Raises:
        CannotSay: nothing varies, or nothing is left to estimate an error from.
    """
    if not found.parameters:
        raise CannotSay("All used runs have the same setting, so there is no effect to estimate; vary a parameter.")
    fitted = fitted or fit(found)
    model, summary = fitted.model, fitted.model.cells
    chosen = error(model)
    if chosen is None or not chosen.variance > 0.0:
        raise CannotSay(
            f"{found.n_used} runs in {len(summary.settings)} settings leave nothing to estimate the noise from; "
            "repeat some settings with other seeds."
        )
    floor = noise.sd if noise else float(np.sqrt(chosen.variance))
    spread = _own_variances(noise) if noise and chosen.source == "seeds" else None
    limit = margin or floor
    rows = []
    for term, free in zip(summary.terms, fitted.tolerances.itertuples(), strict=True):
        row: dict[str, object] = {"parameter": term.name, "kind": "trend" if term.level is None else "levels"}
        row["tolerance"] = free.tolerance
        if free.status != "aliased":
            row |= _effect(model, term, chosen, spread, level)
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    table["p_holm"] = _holm(table["p"])
    table["effect_in_noise"] = table["effect"] / floor
    table["verdict"] = [
        _verdict(p, bound, level, limit) for p, bound in zip(table["p_holm"], table["bound"], strict=True)
    ]
    m = max(int(table["p"].notna().sum()), 1)
    table["runs_factor"] = [
        factor_to_tell(se, df, limit, (1.0 - level) / (m * pairs)) if verdict == UNKNOWN and se > 0.0 else 1.0
        for se, df, pairs, verdict in table[["se", "df", "pairs", "verdict"]].to_numpy()
    ]
    return Effects(
        table=table,
        interactions=_interactions(model, chosen, level),
        model=model,
        error=chosen,
        floor=floor,
        measured=noise is not None,
        margin=limit,
        warnings=fitted.warnings,
        level=level,
        log=found.log,
        own_spread=spread is not None,
        counted=found.counted,
    )


COLUMNS = [
    "parameter", "kind", "best", "worst", "effect", "se", "df", "low", "high", "effect_in_noise", "p", "p_holm", "f",
    "f_df", "f_p", "bound", "runs_factor", "verdict", "pairs", "tolerance",
]  # fmt: skip


def _effect(model: Model, term: Term, chosen: Error, spread: Array | None, level: float) -> dict[str, object]:
    base = without(model, term.name)
    own = model.columns[(term.name,)]
    places = np.concatenate([base, own])
    smaller, larger = solve(model.gram, base), solve(model.gram, places)
    f_df = larger.rank - smaller.rank
    f = (smaller.rss - larger.rss) / f_df / chosen.variance
    pairs = Pairs(*np.triu_indices(len(term.labels), 1))
    means = term.contrasts @ larger.beta[base.size :]
    difference = means[pairs.second] - means[pairs.first]
    se, df = _errors(model, term, places, larger, chosen, spread, pairs)
    p = np.minimum(1.0, se.size * 2.0 * stats.t.sf(np.abs(difference) / se, df))
    # The two values that differ most; of equal differences the first.
    most = int(np.argmax(np.round(np.abs(difference) / np.abs(difference).max(initial=1e-300), 9)))
    first, second = (places[most] for places in (pairs if difference[most] >= 0 else pairs[::-1]))
    half = float(stats.t.ppf(1.0 - (1.0 - level) / (2 * se.size), df[most]) * se[most])
    size = abs(float(difference[most]))
    return {
        "best": term.labels[first],
        "worst": term.labels[second],
        "effect": size,
        "se": float(se[most]),
        "df": float(df[most]),
        "low": size - half,
        "high": size + half,
        "p": float(p.min()),
        "f": float(f),
        "f_df": f_df,
        "f_p": float(stats.f.sf(f, f_df, chosen.df)),
        "bound": float((np.abs(difference) + stats.t.ppf(level, df) * se).max()),
        "pairs": se.size,
    }


def _errors(
    model: Model, term: Term, places: Places, fit: Solution, chosen: Error, spread: Array | None, pairs: Pairs
) -> tuple[Array, Array]:
    """Standard errors and degrees of freedom of the differences of pairs of a term's values, [pairs] each.

    `places` ends with the term's own columns. Sums over settings are taken as products of values, [k, k], not for
    each pair: a parameter of some hundred values has tens of thousands.
    """
    of_values = term.contrasts @ fit.covariance[-term.width :]
    if spread is None:
        both = of_values[:, -term.width :] @ term.contrasts.T
        return np.sqrt(_squared(both, pairs) * chosen.variance), np.full(pairs.first.size, float(chosen.df))
    n = model.cells.n
    parts = of_values @ model.x[:, places].T
    parts -= parts.mean(axis=0)  # differences stay, and keep their digits
    squared, weight = parts**2, n * spread
    variance = _squared(parts * weight @ parts.T, pairs)
    # (a - b)^4, weighted.
    weight = weight**2 / np.maximum(n - 1.0, 1.0)
    third = (parts * squared * weight) @ parts.T
    fourth = 6.0 * (squared * weight) @ squared.T - 4.0 * (third + third.T)
    ends = (squared**2) @ weight
    return np.sqrt(variance), variance**2 / (ends[pairs.first] + ends[pairs.second] + fourth[pairs])


def _squared(both: Array, pairs: Pairs) -> Array:
    """Squared distances of pairs from the products of all values, [k, k]."""
    own = np.diag(both)
    return np.asarray(own[pairs.first] + own[pairs.second] - 2.0 * both[pairs])


def _own_variances(noise: Noise) -> Array | None:
    """Each setting's own variance, [n_settings]; None where they seem equal and some setting has too few runs for it.

    A test of three runs a setting finds hardly any difference in spread, so that it finds none is no reason to pool:
    with spreads of 1 to 3, 95 % intervals with the pooled one cover 92 %, with their own 95 %.
    """
    if noise.equal and noise.per_setting["n"].min() < FEWEST_FOR_OWN:
        return None
    own = noise.per_setting["sd"].fillna(noise.sd).to_numpy(dtype=float)
    return np.asarray(own**2)


def _interactions(model: Model, chosen: Error, level: float) -> pd.DataFrame:
    """F test of each interaction given everything else, from one solution of the full model."""
    fit = solve(model.gram, np.arange(model.x.shape[1]))
    rows = []
    for key, places in model.columns.items():
        if len(key) == 2:
            beta = fit.beta[places]
            block = fit.covariance[np.ix_(places, places)]
            f = float(beta @ linalg.pinvh(block) @ beta) / places.size / chosen.variance
            rows.append((*key, places.size, f, float(stats.f.sf(f, places.size, chosen.df))))
    table = pd.DataFrame(rows, columns=["first", "second", "df", "f", "p"])
    table["p_holm"] = _holm(table["p"])
    table["verdict"] = np.where(table["p_holm"] < 1.0 - level, MATTERS, UNKNOWN)
    return table


def _holm(p: "pd.Series[float]") -> "pd.Series[float]":
    """Holm's step-down correction; missing ones stay out. Statsmodels' own collects garbage at every call."""
    known = p.astype(float).dropna().sort_values(kind="stable")
    stepped = (known * np.arange(len(known), 0, -1)).cummax().clip(upper=1.0)
    return stepped.reindex(p.index)


def _verdict(p: float, bound: float, level: float, margin: float) -> str:
    if p < 1.0 - level:
        return MATTERS
    return NO_MATTER if bound < margin else UNKNOWN
