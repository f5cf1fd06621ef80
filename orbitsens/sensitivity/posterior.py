"""What setting means look like once they are shrunk towards each other: who is best, and how good the best is."""

from typing import NamedTuple

import numpy as np

from orbitsens.sensitivity.array import Array

DRAWS = 4000
MOST_NUMBERS = 4_000_000
GRID = 60


class Posterior(NamedTuple):
    """`probability` of being the smallest, [k]; `first`: draws of the first setting's true mean; `spread` (median)."""

    probability: Array
    first: Array
    spread: float


def posterior(mean: Array, variance: Array, df: Array) -> Posterior:
    """Draw the true means of settings that are themselves normally spread, a flat prior on how far (Gelman 2006).

    `mean`, its `variance` and the variance's degrees of freedom, [k] each; the first setting has the smallest mean.
    The spread of the true means is integrated over, so that among settings that hardly differ none is called best.
    """
    k = len(mean)
    rng = np.random.default_rng(1)
    draws = max(400, min(DRAWS, MOST_NUMBERS // k))
    widest = max(float(np.ptp(mean)), 1e-300)
    taus = np.linspace(0.0, 3.0 * widest, GRID) if k < 4 else np.linspace(0.0, 1.5 * widest, GRID)
    total = variance[None, :] + taus[:, None] ** 2 + 1e-300
    weight = 1.0 / total
    precision = weight.sum(axis=1)
    centre = (weight * mean).sum(axis=1) / precision
    fit = -0.5 * (np.log(total) + (mean - centre[:, None]) ** 2 * weight).sum(axis=1) - 0.5 * np.log(precision)
    chance = np.exp(fit - fit.max())
    tau = taus[rng.choice(GRID, size=draws, p=chance / chance.sum())]
    own = variance * df / rng.chisquare(df, size=(draws, k))
    total = own + tau[:, None] ** 2
    precision = (1.0 / total).sum(axis=1)
    middle = (mean / total).sum(axis=1) / precision + rng.normal(size=draws) / np.sqrt(precision)
    keep = tau[:, None] ** 2 / total
    true = middle[:, None] + keep * (mean - middle[:, None]) + np.sqrt(own * keep) * rng.normal(size=(draws, k))
    best = np.bincount(true.argmin(axis=1), minlength=k) / draws
    return Posterior(best, true[:, 0], float(np.median(tau)))
