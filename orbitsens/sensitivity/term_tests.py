"""The tests of a model's terms: what each parameter, interaction and bundle adds, and how far its values differ."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.bundles import bundles
from orbitsens.sensitivity.forms import FTest, rows, tested
from orbitsens.sensitivity.leastsquares import Places, Solution, solve
from orbitsens.sensitivity.model import Error, Model, without
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.orbits import Orbits
from orbitsens.sensitivity.simple import largest_simple
from orbitsens.sensitivity.spread import Spread
from orbitsens.sensitivity.terms import Term


class Pairs(NamedTuple):
    """The two values of each pair of a term, as places among its labels."""

    first: Places
    second: Places


class TermTests(NamedTuple):
    """What every test needs: the model, its error, and its columns times the runs of each setting, [k, c]."""

    model: Model
    chosen: Error
    weighted: Array

    @property
    def spread(self) -> Spread | None:
        """Each setting's own variance, where the seeds are what effects are compared with."""
        return self.model.spread if self.chosen.source == "seeds" else None

    def of(self, fit: Solution, places: Places, own: Places) -> FTest:
        """Test some columns (`own`: places among those solved for) of a solution."""
        parts = rows(fit, own, self.weighted[:, places])
        mean = self.model.cells.mean - self.model.cells.mean.mean()
        return tested(parts, mean, self.model.cells.n, self.spread, self.chosen.variance, float(self.chosen.df))


def effect_of(
    test: TermTests, term: Term, noise: Noise | None, floor: float, level: float
) -> tuple[dict[str, Any], Array]:
    """Return the columns of `effects.Effects.table` that one parameter's test gives, and its contrast's weights.

    The weights [n_settings] are those of the setting means whose sum is the effect.
    """
    model = test.model
    base, own = without(model, term.name), model.columns[(term.name,)]
    places = np.concatenate([base, own])
    larger = solve(model.gram, places)
    overall = test.of(larger, places, np.arange(base.size, places.size))
    pairs = Pairs(*np.triu_indices(len(term.labels), 1))
    means = term.contrasts @ larger.beta[base.size :]
    difference = means[pairs.second] - means[pairs.first]
    se, df = errors_of_pairs(test, term, places, larger, pairs)
    # The two values that differ most; of equal differences the first.
    most = int(np.argmax(np.round(np.abs(difference) / np.abs(difference).max(initial=1e-300), 9)))
    first, second = (int(places[most]) for places in (pairs if difference[most] >= 0 else pairs[::-1]))
    half = float(stats.t.ppf(1.0 - (1.0 - level) / (2 * se.size), df[most]) * se[most])
    size = abs(float(difference[most]))
    of_values = (term.contrasts[second] - term.contrasts[first]) @ larger.covariance[-term.width :]
    own_noise = floor
    if noise is not None and term.level is not None:
        compared = np.isin(term.level, (first, second))
        own_noise = noise.typical(compared)
    return {
        "best": term.labels[first],
        "worst": term.labels[second],
        "effect": size,
        "se": float(se[most]),
        "df": float(df[most]),
        "low": size - half,
        "high": size + half,
        "effect_in_noise": size / own_noise,
        "p": overall.p,
        "f": overall.f,
        "f_df": overall.df,
        "f_df_error": overall.df_error,
        "bound": float((np.abs(difference) + stats.t.ppf(level, df) * se).max()),
        "bound_simple": largest_simple(model, term, test.spread, test.chosen, level),
        "pairs": se.size,
    }, np.asarray(of_values @ test.weighted[:, places].T)


def errors_of_pairs(test: TermTests, term: Term, places: Places, fit: Solution, pairs: Pairs) -> tuple[Array, Array]:
    """Standard errors and degrees of freedom of the differences of pairs of a term's values, [pairs] each.

    `places` ends with the term's own columns. Sums over settings are taken as products of values, [k, k], not for
    each pair: a parameter of some hundred values has tens of thousands.
    """
    of_values = term.contrasts @ fit.covariance[-term.width :]
    model, chosen, spread = test.model, test.chosen, test.spread
    if spread is None:
        both = of_values[:, -term.width :] @ term.contrasts.T
        return np.sqrt(_squared(both, pairs) * chosen.variance), np.full(pairs.first.size, float(chosen.df))
    n = model.cells.n
    parts = of_values @ model.x[:, places].T
    parts -= parts.mean(axis=0)  # differences stay, and keep their digits
    squared, weight = parts**2, n * spread.variance
    variance = _squared(parts * weight @ parts.T, pairs)
    # (a - b)^4, weighted.
    weight = weight**2 / spread.df
    third = (parts * squared * weight) @ parts.T
    fourth = 6.0 * (squared * weight) @ squared.T - 4.0 * (third + third.T)
    ends = (squared**2) @ weight
    free = variance**2 / (ends[pairs.first] + ends[pairs.second] + fourth[pairs])
    return np.sqrt(variance), np.minimum(free, spread.total)


def _squared(both: Array, pairs: Pairs) -> Array:
    """Squared distances of pairs from the products of all values, [k, k]."""
    own = np.diag(both)
    return np.asarray(own[pairs.first] + own[pairs.second] - 2.0 * both[pairs])


def for_orbits(numbers: Mapping[str, Any], weights: Array, orbits: Orbits, level: float) -> dict[str, float]:
    """The interval of an effect for test orbits like these."""
    variance, df = np.array([numbers["se"] ** 2]), np.array([numbers["df"]])
    half = float(orbits.half_width(variance, df, weights[None], level, int(numbers["pairs"]))[0])
    return {"orbits_low": numbers["effect"] - half, "orbits_high": numbers["effect"] + half}


def interactions_of(test: TermTests) -> pd.DataFrame:
    """F test of each interaction given everything else, from one solution of the full model."""
    model, found = test.model, []
    everything = np.arange(model.x.shape[1])
    fit = solve(model.gram, everything)
    for key, places in model.columns.items():
        if len(key) == 2:
            overall = test.of(fit, everything, places)
            found.append((*key, overall.df, overall.f, overall.p))
    return pd.DataFrame(found, columns=["first", "second", "df", "f", "p"]).astype({"p": float})


def bundles_of(test: TermTests) -> pd.DataFrame:
    """F test of each bundle of parameters that change together, given all others."""
    model, found = test.model, []
    for names in bundles(model.cells.terms):
        base = np.concatenate([places for key, places in model.columns.items() if not set(key) & set(names)])
        own = np.concatenate([model.columns[(name,)] for name in names])
        places = np.concatenate([base, own])
        overall = test.of(solve(model.gram, places), places, np.arange(base.size, places.size))
        found.append((names, overall.df, overall.f, overall.p))
    return pd.DataFrame(found, columns=["parameters", "df", "f", "p"]).astype({"p": float})


def misfit_of(model: Model) -> pd.DataFrame:
    """Return the test that settings differ by no more than the model says: one row, or none where it cannot be made."""
    test = model.misfit
    found = [(test.df, test.f, test.p)] if np.isfinite(test.p) else []
    return pd.DataFrame(found, columns=["df", "f", "p"]).astype({"p": float})
