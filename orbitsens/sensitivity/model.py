"""Least squares on the settings of a sweep: which terms fit, what each adds, and what is left over."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import linalg, stats

from orbitsens.sensitivity.terms import Array, Cells, product

Places = npt.NDArray[np.intp]
Key = tuple[str, ...]

SINGULAR = 1e-10  # of the largest eigenvalue of the columns' correlations
WELL_APART = 1e-3  # smallest diagonal of the Cholesky factor of the columns' correlations
MISFIT = 0.05
FEWEST_PURE = 10  # degrees of freedom, below which the misfit is pooled with the spread within settings


@dataclass(frozen=True)
class Model:
    """A linear model of setting means, weighted by the numbers of runs.

    `x`: [n_settings, p], all columns; `columns`: where each term's are, the intercept's under the key (); `gram`:
    [p + 1, p + 1], weighted cross products of the columns and the centred response (last). `rss`: weighted misfit of
    the setting means, with `df_misfit` degrees of freedom; `pure`: sum of squares within settings, with `df_pure`.
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

    @property
    def misfit_p(self) -> float:
        """The p value of the lack of fit, an F test against the spread within settings; NaN if untestable."""
        if not (self.df_misfit and self.df_pure and self.pure > 0.0):
            return float("nan")
        return float(stats.f.sf(self.rss / self.df_misfit / (self.pure / self.df_pure), self.df_misfit, self.df_pure))


@dataclass(frozen=True)
class Error:
    """The variance that effects are compared with: `variance` with `df` degrees of freedom, and where it is from.

    `source`: "seeds" (spread within settings), "misfit" (settings differ by more than the model says), "residual"
    (both pooled).
    """

    variance: float
    df: int
    source: str


@dataclass(frozen=True)
class Solution:
    """Coefficients [c] of some columns, their covariance [c, c] for unit variance, and what is left."""

    beta: Array
    covariance: Array
    rss: float
    rank: int


def build(cells: Cells, interactions: bool = True) -> Model:
    """Choose the terms and factorise.

    All parameters' main effects, and the interactions of those pairs of which every combination was run; no
    interaction at all where they could not be told apart together, or would leave no setting repeated nor left over.
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


def solve(gram: Array, places: Places) -> Solution:
    """Least squares of the gram's last variable on some others; directions in which they do not vary are left out."""
    a, b = gram[np.ix_(places, places)], gram[places, -1]
    scale = np.sqrt(np.maximum(np.diag(a), 1e-300))
    scaled, rank = _inverse(a / np.outer(scale, scale))
    inverse = scaled / np.outer(scale, scale)
    beta = inverse @ b
    return Solution(beta, inverse, max(float(gram[-1, -1] - b @ beta), 0.0), rank)


def gained(gram: Array, base: Places, own: Places) -> float:
    """How much of the sum of squares some columns take beyond others."""
    places = np.concatenate([base, own])
    a, b = gram[np.ix_(places, places)], gram[places, -1]
    scale = np.sqrt(np.maximum(np.diag(a), 1e-300))
    factor = well_apart(a / np.outer(scale, scale))
    if factor is None:
        fit = solve(gram, places)
        return wald(fit, np.arange(base.size, places.size))
    # The last entries of the response seen along the columns, each less those before it.
    along = linalg.solve_triangular(factor, b / scale, lower=True, check_finite=False)[base.size :]
    return float(along @ along)


def wald(fit: Solution, places: Places) -> float:
    """How much of the sum of squares would go with some of a solution's columns."""
    beta, block = fit.beta[places], fit.covariance[np.ix_(places, places)]
    scale = np.sqrt(np.maximum(np.diag(block), 1e-300))
    factor = well_apart(block / np.outer(scale, scale))
    if factor is None:
        return float(beta @ linalg.pinvh(block) @ beta)
    along = linalg.solve_triangular(factor, beta / scale, lower=True, check_finite=False)
    return float(along @ along)


def well_apart(correlations: Array) -> Array | None:
    """Cholesky factor (lower) where the columns are well apart; it is many times faster than eigenvalues."""
    factor, info = linalg.lapack.dpotrf(correlations, lower=True)
    return factor if info == 0 and np.diag(factor).min(initial=1.0) > WELL_APART else None


def _inverse(correlations: Array) -> tuple[Array, int]:
    """Pseudo-inverse and rank."""
    factor = well_apart(correlations)
    if factor is not None:
        lower, _ = linalg.lapack.dpotri(factor, lower=True)
        return np.tril(lower) + np.tril(lower, -1).T, len(correlations)
    values, vectors = linalg.eigh(correlations, check_finite=False)
    keep = values > SINGULAR * values.max(initial=0.0)
    return (vectors[:, keep] / values[keep]) @ vectors[:, keep].T, int(keep.sum())


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
    return Model(
        cells=cells,
        x=x,
        gram=gram,
        columns=columns,
        rank=found.rank,
        rss=found.rss,
        df_misfit=len(cells.n) - found.rank,
        pure=float(cells.ss.sum()),
        df_pure=int(cells.n.sum()) - len(cells.n),
    )


def _affordable(model: Model) -> bool:
    mains = sum(places.size for key, places in model.columns.items() if len(key) < 2)
    extra = model.x.shape[1] - mains
    # Aliased main effects lower the rank as well; they do not make the interactions unaffordable.
    main_rank = solve(model.gram, np.arange(mains)).rank
    enough = model.df_pure >= FEWEST_PURE or model.df_misfit >= max(FEWEST_PURE, model.rank)
    return model.rank == main_rank + extra and enough
