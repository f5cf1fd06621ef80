"""Least squares from cross products: coefficients, what columns add, and directions that do not vary."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from orbitsens.sensitivity.array import Array

Places = npt.NDArray[np.intp]

SINGULAR = 1e-10  # of the largest eigenvalue of the columns' correlations
WELL_APART = 1e-3  # smallest diagonal of the Cholesky factor of the columns' correlations


@dataclass(frozen=True)
class Solution:
    """Coefficients [c] of some columns, their covariance [c, c] for unit variance, and what is left."""

    beta: Array
    covariance: Array
    rss: float
    rank: int


def solve(gram: Array, places: Places) -> Solution:
    """Least squares of the gram's last variable on some others; directions in which they do not vary are left out."""
    a, b = gram[np.ix_(places, places)], gram[places, -1]
    scale = np.sqrt(np.maximum(np.diag(a), 1e-300))
    scaled, rank = _inverse(a / np.outer(scale, scale))
    inverse = scaled / np.outer(scale, scale)
    beta = inverse @ b
    return Solution(beta, inverse, max(float(gram[-1, -1] - b @ beta), 0.0), rank)


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
