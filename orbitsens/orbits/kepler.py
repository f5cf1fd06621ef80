"""Time along an elliptic orbit, and whole revolutions sampled at equal true anomalies."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from orbitsens.orbits.elements import Column, Elements, elements_to_state
from orbitsens.orbits.portable_math import arctan2, sin_cos

TURN = 2.0 * np.pi


def period(semi_major_axis: Column, mu: float) -> Column:
    """Orbital period 2 pi sqrt(a^3 / mu)."""
    return TURN * np.sqrt(semi_major_axis * semi_major_axis * semi_major_axis / mu)


def mean_anomaly(true_anomaly: Column, eccentricity: Column) -> Column:
    """Mean anomaly in radians, continuous and increasing over any number of turns (Kepler's equation)."""
    turns = np.floor(true_anomaly / TURN + 0.5)
    sin_half, cos_half = sin_cos((true_anomaly - turns * TURN) / 2.0)
    # tan(E / 2) = sqrt((1 - e) / (1 + e)) tan(nu / 2), in a form that has no pole at apoapsis
    half = arctan2(np.sqrt(1.0 - eccentricity) * sin_half, np.sqrt(1.0 + eccentricity) * cos_half)
    sin_e, _ = sin_cos(2.0 * half)
    return 2.0 * half - eccentricity * sin_e + turns * TURN


class Revolution(NamedTuple):
    """Sampled orbits: times since the first sample, shape [..., sample], and states, shape [..., sample, 6]."""

    t: Float[np.ndarray, "*orbit sample"]
    y: Float[np.ndarray, "*orbit sample 6"]


def revolution(elements: Elements, n_samples: int, mu: float) -> Revolution:
    """Sample one revolution at `n_samples` true anomalies, equally spaced from the elements' own, t = 0 there.

    The end point, where the orbit closes, is not repeated. Units are those of `mu`.
    """
    step = np.arange(n_samples) * (TURN / n_samples)
    orbit = Elements(*(np.asarray(x, dtype=np.float64)[..., None] for x in elements))
    sampled = orbit._replace(true_anomaly=orbit.true_anomaly + step)
    anomaly = mean_anomaly(sampled.true_anomaly, orbit.eccentricity)
    t = (anomaly - anomaly[..., :1]) * period(orbit.semi_major_axis, mu) / TURN
    return Revolution(t, elements_to_state(sampled, mu))
