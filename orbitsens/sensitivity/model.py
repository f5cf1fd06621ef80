"""Least squares on the settings of a sweep: which terms fit, what each adds, and what is left over."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.forms import NOTHING, FTest, left_over
from orbitsens.sensitivity.leastsquares import Places, solve
from orbitsens.sensitivity.spread import Spread, each_own
from orbitsens.sensitivity.terms import Cells, product

Key = tuple[str, ...]

MISFIT = 0.05
# Interactions may make the variance of main effects so many times as large, as they do in designs that are not
# balanced.
MOST_INFLATED = 2.0
FEWEST_PURE = 10  # degrees of freedom, below which the misfit is pooled with the spread within settings


@dataclass(frozen=True)
class Model:
    """A linear model of setting means, weighted by the numbers of runs.

    `x`: [n_settings, p], all columns; `columns`: where each term's are, the intercept's under the key (); `gram`:
    [p + 1, p + 1], weighted cross products of the columns and the centred response (last). `rss`: weighted misfit of
    the setting means, with `df_misfit` degrees of freedom; `pure`: sum of squares within settings, with `df_pure`.
    `spread`: each setting's variance. `misfit`: the test that the settings differ by no more than the model says.
    """

    cells: Cells
    x: Array
    gram: Array
    columns: dict[Key, Places]
    rank: int
    rss: float
    df_misfit: int
    pure: float
    df_pure: int
    spread: Spread
    misfit: FTest

    @property
    def misfit_p(self) -> float:
        """The p value of the lack of fit against the spread within settings; NaN if untestable."""
        return self.misfit.p


@dataclass(frozen=True)
class Error:
    """The variance that effects are compared with: `variance` with `df` degrees of freedom, and where it is from.

    `source`: "seeds" (spread within settings), "misfit" (settings differ by more than the model says), "residual"
    (both pooled).
    """

    variance: float
    df: int
    source: str


def build(cells: Cells, interactions: bool = True) -> Model:
    """Choose the terms and factorise.

    All parameters' main effects, and the interactions of those pairs of which every combination was run; no
    interaction at all where they could not be told apart together, would leave no setting repeated nor left over, or
    would cost the main effects half of their precision.
    """
    pairs = [
        (a.name, b.name)
        for a, b in combinations(cells.terms, 2)
        if interactions and not missing_combinations(cells, a.name, b.name)
    ]
    full = _assemble(cells, pairs)
    if pairs and not _affordable(full):
        return _assemble(cells, [])
    return full


def missing_combinations(cells: Cells, a: str, b: str) -> int:
    """How many combinations of the values of two parameters were not run; -1 if one of them is a trend of few runs."""
    by_name = {term.name: term for term in cells.terms}
    first, second = by_name[a], by_name[b]
    if first.level is None or second.level is None:
        return 0 if len(cells.n) >= 10 * first.width * second.width else -1
    seen = len(np.unique(first.level * len(second.labels) + second.level))
    return len(first.labels) * len(second.labels) - seen


def without(model: Model, name: str) -> Places:
    """Columns of all terms that do not contain a parameter."""
    return np.concatenate([places for key, places in model.columns.items() if name not in key])


def error(model: Model) -> Error | None:
    """Choose the error variance; None where nothing is left to estimate it from.

    The spread within settings, unless the misfit is larger than it can explain (p < 0.05: then the misfit, because
    the settings are the sample), or it has fewer than 10 degrees of freedom (then both pooled).
    """
    if model.misfit_p < MISFIT:
        return Error(model.rss / model.df_misfit, model.df_misfit, "misfit")
    if model.df_pure >= FEWEST_PURE or (model.df_pure and not model.df_misfit):
        return Error(model.pure / model.df_pure, model.df_pure, "seeds")
    df = model.df_misfit + model.df_pure
    return Error((model.rss + model.pure) / df, df, "residual") if df else None


def _assemble(cells: Cells, pairs: list[tuple[str, str]]) -> Model:
    by_name = {term.name: term for term in cells.terms}
    blocks: dict[Key, Array] = {(): np.ones((len(cells.n), 1))}
    blocks |= {(term.name,): term.codes for term in cells.terms}
    blocks |= {(a, b): product(by_name[a], by_name[b]) for a, b in pairs}
    ends = np.cumsum([block.shape[1] for block in blocks.values()])
    columns = {
        key: np.arange(end - block.shape[1], end) for (key, block), end in zip(blocks.items(), ends, strict=True)
    }
    x = np.hstack(list(blocks.values()))
    # Centred about the grand mean, so that the sums of squares keep their digits.
    z = np.column_stack([x, cells.mean - np.average(cells.mean, weights=cells.n)])
    gram = z.T @ (cells.n[:, None] * z)
    found = solve(gram, np.arange(x.shape[1]))
    spread = each_own(cells.ss, cells.df)
    free, pure = len(cells.n) - found.rank, round(float(cells.df.sum()))
    misfit = left_over(x, z[:, -1], cells.n, spread) if free and pure and cells.ss.sum() > 0.0 else NOTHING
    return Model(
        cells=cells,
        x=x,
        gram=gram,
        columns=columns,
        rank=found.rank,
        rss=found.rss,
        df_misfit=free,
        pure=float(cells.ss.sum()),
        df_pure=pure,
        spread=spread,
        misfit=misfit,
    )


def _affordable(model: Model) -> bool:
    mains = sum(places.size for key, places in model.columns.items() if len(key) < 2)
    extra = model.x.shape[1] - mains
    # Aliased main effects lower the rank as well; they do not make the interactions unaffordable.
    alone, full = solve(model.gram, np.arange(mains)), solve(model.gram, np.arange(model.x.shape[1]))
    inflated = np.diag(full.covariance)[1:mains] > MOST_INFLATED * np.diag(alone.covariance)[1:]
    enough = model.df_pure >= FEWEST_PURE or model.df_misfit >= max(FEWEST_PURE, model.rank)
    return model.rank == alone.rank + extra and enough and not inflated.any()
