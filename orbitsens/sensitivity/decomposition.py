"""Where the variance of a sweep comes from: what is identified, what is shared, and what is nobody's."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orbitsens.sensitivity.bundles import bundles
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.fit import Fit, fit
from orbitsens.sensitivity.forms import FTest, rows, tested
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.leastsquares import Places, Solution, solve
from orbitsens.sensitivity.model import Model
from orbitsens.sensitivity.ratios import beyond_chance, share
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.seed_shares import seed_parts, seeds_method
from orbitsens.sensitivity.threads import one_thread

MISFIT, NOISE, SHARED = "lack of fit", "noise", "shared"
NOTHING_LEFT = 1e-12  # of the spread within settings
BESIDE = " + "  # between the parameters of a bundle


@dataclass(frozen=True)
class Decomposition:
    """Shares of the variance of y, which sum to 1.

    `table`: a row per source: source (a parameter, "a + b" for parameters that change together, "a x b", a column of
    seeds, "lack of fit", "shared", "noise"), kind ("parameter", "bundle", "interaction", "seed", "lack of fit",
    "shared", "noise"), share, low, high. Shares of parameters are what they explain beyond all others, less what
    noise would take; single ones can be slightly negative. "shared" is what the parameters explain together and
    none alone, in designs that are not balanced; it has no interval, nor has the noise.
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
    table = _table(found, model, level)
    return Decomposition(
        table=table,
        misfit_p=model.misfit_p,
        method=(
            f"what each source explains beyond all others, less what noise takes (type II), of {found.scale}; "
            f"{100 * level:g} % intervals for these settings, by the noncentral chi-square distribution and MOVER; "
            f"{seeds_method(found)}; {found.counted}"
        ),
        warnings=fitted.warnings,
    )


def _table(found: Response, model: Model, level: float) -> pd.DataFrame:
    cells = model.cells
    n, spread = cells.n, model.spread
    y = found.runs["y"]
    within = float(((y - y.groupby(found.runs["setting"], sort=False).transform("mean")) ** 2).sum())
    between = float((n * (cells.mean - np.average(cells.mean, weights=n)) ** 2).sum())
    pure = model.df_pure > 0 and model.pure > NOTHING_LEFT * (between + within)
    variance = spread.variance if pure else np.full(len(n), model.rss / max(model.df_misfit, 1))
    of_means = float((variance * (1.0 - n / n.sum())).sum())
    terms = _terms(model, pure)
    seeds = _seeds(found)
    kinds, tests = [kind for kind, _ in terms.values()], [test for _, test in terms.values()]
    parts = {name: test.square - test.chance for name, (_, test) in terms.items()}
    misfit = model.misfit.square - model.misfit.chance if pure and model.df_misfit else 0.0
    explained = between - of_means - misfit if pure else between - of_means
    alone = sum(parts.values())
    if alone > explained > 0.0:
        # More than there is: what they explain beyond each other overlaps, and each gives way in proportion.
        parts = {name: value * explained / alone for name, value in parts.items()}
    shared = max(explained - sum(parts.values()), 0.0) if len(parts) > 1 else 0.0
    if pure and model.df_misfit:
        parts[MISFIT], kinds, tests = misfit, [*kinds, MISFIT], [*tests, model.misfit]
    for name, test in seeds.items():
        parts[name], kinds, tests = test.square - test.chance, [*kinds, "seed"], [*tests, test]
    total = within + between
    noise = total - sum(parts.values()) - shared
    ends = [beyond_chance(test, level) for test in tests]
    # Noise and the parts, each with the standard deviation that its interval has.
    df = float(cells.df.sum()) if pure else float(model.df_misfit)
    relative, own_df = variance / max(float(variance.max()), 1e-300), np.maximum(cells.df, 1e-9)
    df_noise = (relative * own_df).sum() ** 2 / max((relative**2 * own_df).sum(), 1e-12) if pure else max(df, 1.0)
    sds = np.array([(high - low) / 3.92 for low, high in ends] + [noise * np.sqrt(2.0 / df_noise)])
    rest_sd = np.sqrt(np.maximum((sds**2).sum() - sds[:-1] ** 2, 0.0))
    limits = [
        share(value, end, total - max(value, 0.0), sd, level)
        for value, end, sd in zip(parts.values(), ends, rest_sd, strict=True)
    ]
    # None for the noise: an interval of a variance holds for normal noise only, which seeds need not be.
    limits.append((float("nan"), float("nan")))
    values = np.array([*parts.values(), noise])
    table = pd.DataFrame({"source": [*parts, NOISE], "kind": [*kinds, NOISE], "share": values / total})
    table["low"], table["high"] = [low for low, _ in limits], [high for _, high in limits]
    if shared > 0.0:
        row = pd.DataFrame({"source": [SHARED], "kind": [SHARED], "share": [shared / total]})
        table = pd.concat([table[:-1], row, table[-1:]], ignore_index=True)
    return table


def _terms(model: Model, pure: bool) -> dict[str, tuple[str, FTest]]:
    """The test of each source that the design can tell apart from all others."""
    tied = bundles(model.cells.terms)
    together = {name for group in tied for name in group}
    weighted = model.x * model.cells.n[:, None]
    everything = np.arange(model.x.shape[1])
    full = solve(model.gram, everything)
    found: dict[str, tuple[str, FTest]] = {}

    def add(name: str, kind: str, fit: Solution, places: Places, own: Places) -> None:
        parts = rows(fit, own, weighted[:, places])
        mean = model.cells.mean - model.cells.mean.mean()
        variance = model.rss / max(model.df_misfit, 1)
        test = tested(parts, mean, model.cells.n, model.spread if pure else None, variance, float(model.df_misfit))
        found[name] = (kind, test)

    for names in [*((term.name,) for term in model.cells.terms if term.name not in together), *tied]:
        base = np.concatenate([p for key, p in model.columns.items() if not set(key) & set(names)])
        own = np.concatenate([model.columns[(name,)] for name in names])
        places = np.concatenate([base, own])
        kind = "parameter" if len(names) == 1 else "bundle"
        add(BESIDE.join(names), kind, solve(model.gram, places), places, np.arange(base.size, places.size))
    for key, places in model.columns.items():
        if len(key) == 2:
            add(" x ".join(key), "interaction", full, everything, places)
    return found


def _seeds(found: Response) -> dict[str, FTest]:
    """What each column of seeds explains within settings, tested against what all of them leave."""
    parts = seed_parts(found)
    runs = found.runs.groupby("setting", sort=False)["y"]
    left = found.n_used - runs.ngroups - sum(df for _, df in parts.values())
    within = float(((found.runs["y"] - runs.transform("mean")) ** 2).sum())
    rest = within - sum(square for square, _ in parts.values())
    if left < 1 or not rest > NOTHING_LEFT * within:
        return {}
    noise = rest / left
    return {
        name: FTest(square / df / noise, float(df), float(left), float("nan"), square, df * noise)
        for name, (square, df) in parts.items()
        if df
    }
