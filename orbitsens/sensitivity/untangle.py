"""Making a design's parameters as nearly uncorrelated as exchanges between its settings can."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from orbitsens.sensitivity.array import Array

Design = npt.NDArray[np.intp]
# With more settings chance correlations are small, and the search would be slow.
MOST_SETTINGS = 256
LEAST_GAIN = 1e-6


def untangled(chosen: Design, levels: Sequence[int]) -> Design:
    """Exchange a parameter's levels between two settings while that lowers the correlation of the parameters.

    `chosen`, [n, n_parameters], holds levels; each is run as often afterwards as before. Correlation is the sum of
    squares over all pairs of columns of different parameters, a parameter having a column for each contrast of its
    levels, or for the linear one alone where all would be too many for `n` settings.
    """
    n = len(chosen)
    if n > MOST_SETTINGS or len(levels) < 2:
        return chosen
    degree = n if sum(levels) - len(levels) < n / 2 else 1
    tables = [_contrasts(k, min(degree, k - 1)) for k in levels]
    found, improved = chosen.copy(), True
    while improved:
        improved = False
        for j, table in enumerate(tables):
            own = table[found[:, j]]
            rest = np.hstack([other[found[:, i]] for i, other in enumerate(tables) if i != j])
            apart = _squared_distances(rest)
            while (pair := _best_exchange(own, rest, apart)) is not None:
                own[list(pair)], found[list(pair), j] = own[list(pair[::-1])], found[list(pair[::-1]), j]
                improved = True
    return found


def _best_exchange(own: Array, rest: Array, apart: Array) -> tuple[int, int] | None:
    """The two settings whose exchange lowers the squared correlations of `own` with `rest` most, if any does."""
    cross = own.T @ rest
    both = own @ cross @ rest.T
    here = np.diag(both)
    far = _squared_distances(own) * apart
    change = 2.0 * (both + both.T - here[:, None] - here[None, :]) + far
    i, j = divmod(int(change.argmin()), len(own))
    return (i, j) if change[i, j] < -LEAST_GAIN else None


def _squared_distances(x: Array) -> Array:
    squares = (x**2).sum(axis=1)
    return np.asarray(squares[:, None] + squares[None, :] - 2.0 * x @ x.T)


def _contrasts(k: int, degree: int) -> Array:
    """Orthogonal polynomial contrasts of `k` equally likely levels, [k, degree], each of mean square 1."""
    powers = np.vander(np.linspace(-1.0, 1.0, k), degree + 1, increasing=True)
    return np.asarray(np.linalg.qr(powers)[0][:, 1:] * np.sqrt(k))
