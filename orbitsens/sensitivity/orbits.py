"""Test orbits as a second random factor, crossed with the seeds: what other test orbits would have said."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.response import Response

FEWEST_ORBITS = 4
REDRAWN = 1000


@dataclass(frozen=True)
class Orbits:
    """What each test orbit adds to each setting's mean.

    `influence`: [n_settings, n_orbits], unit of y: by how much a setting's mean would change if that orbit's weight
    grew, to first order, so that means over redrawn orbits are the mean plus those of the drawn orbits' columns.
    """

    influence: Array

    @property
    def n(self) -> int:
        """Number of test orbits."""
        return self.influence.shape[1]

    def variance(self, weights: Array) -> Array:
        """Variance that the draw of the test orbits gives to sums of setting means; weights [m, n_settings], [m]."""
        return np.asarray((weights @ self.influence).var(axis=1, ddof=1) / self.n)

    def half_width(self, variance: Array, df: Array, weights: Array, level: float, pairs: int = 1) -> Array:
        """Half the width of intervals for orbits like these, [m]; `variance` and `df` are those of the seeds.

        Seeds and orbits are crossed random factors; their variances add (their interaction is counted with both, so
        that the interval errs on the wide side), with Satterthwaite's degrees of freedom. `pairs`: Bonferroni's.
        """
        of_orbits = self.variance(weights)
        both = variance + of_orbits
        parts = variance**2 / df + of_orbits**2 / (self.n - 1.0)
        free = np.maximum(both**2 / np.where(parts == 0.0, 1.0, parts), 1.0)
        return np.asarray(stats.t.ppf(1.0 - (1.0 - level) / (2 * pairs), free) * np.sqrt(both))

    def stays_best(self, mean: Array) -> float:
        """How often the setting with the smallest mean [n_settings] has it still with redrawn test orbits."""
        rng = np.random.default_rng(1)
        drawn = rng.multinomial(self.n, np.full(self.n, 1.0 / self.n), size=REDRAWN) / self.n
        again = mean + drawn @ self.influence.T
        return float((again.argmin(axis=1) == mean.argmin()).mean())


def orbit_influence(found: Response, errors: pd.DataFrame) -> Orbits:
    """Read the influence of each test orbit from the errors orbit by orbit.

    `errors` has a row per run and orbit: `run_key`, `orbit`, `value`, whose mean over orbits is the run's metric.

    Raises:
        CannotSay: too few orbits, or runs that were not all measured on the same ones.
    """
    runs = found.runs[["run_key", "setting"]]
    wide = errors[errors["run_key"].isin(runs["run_key"])]
    table = wide.pivot(index="run_key", columns="orbit", values="value").reindex(runs["run_key"])
    values = table.to_numpy(dtype=float)
    if values.shape[1] < FEWEST_ORBITS:
        raise CannotSay(
            f"There are {values.shape[1]} test orbits with an error of their own, too few to say what others would "
            "show."
        )
    if not np.isfinite(values).all():
        lacking = int((~np.isfinite(values)).any(axis=1).sum())
        raise CannotSay(
            f"{lacking} of {len(values)} used runs lack the error of some test orbit, so what other orbits would show "
            "cannot be computed."
        )
    mean = values.mean(axis=1, keepdims=True)
    # Zeros count as half the smallest positive value on the logarithmic scale.
    counted = 10.0 ** found.runs["y"].to_numpy(dtype=float)[:, None] if found.log else 1.0
    of_run = (values - mean) / (counted * np.log(10.0)) if found.log else values - mean
    place = pd.factorize(runs["setting"])[0]
    sums = np.zeros((place.max() + 1, values.shape[1]))
    np.add.at(sums, place, of_run)
    return Orbits(sums / np.bincount(place)[:, None])
