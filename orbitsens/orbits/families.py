"""The orbit families that datasets are drawn from: uniform elements, infeasible draws rejected."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.random import PCG64

from orbitsens.constants import EARTH_RADIUS_KM, GEO_RADIUS_KM, LEO_RADIUS_KM
from orbitsens.orbits.elements import Elements

HALF_TURN = np.pi


@dataclass(frozen=True)
class OrbitFamily:
    """Ranges of semi-major axis (km) and eccentricity, each drawn uniformly."""

    semi_major_axis_km: tuple[float, float]
    eccentricity: tuple[float, float]


FAMILIES: Mapping[str, OrbitFamily] = MappingProxyType(
    {
        "single": OrbitFamily((LEO_RADIUS_KM + 12000.0, LEO_RADIUS_KM + 12000.0), (0.5, 0.5)),
        "simple": OrbitFamily((LEO_RADIUS_KM, LEO_RADIUS_KM + 2000.0), (0.0, 0.1)),
        "complex": OrbitFamily((EARTH_RADIUS_KM + 200.0, GEO_RADIUS_KM), (0.0, 0.99)),
    }
)


def is_feasible(semi_major_axis_km: np.ndarray, eccentricity: np.ndarray) -> np.ndarray:
    """Whether the periapsis a (1 - e) stays at or above the Earth's surface."""
    return semi_major_axis_km * (1.0 - eccentricity) >= EARTH_RADIUS_KM


def draw_elements(family: OrbitFamily, n: int, planar: bool, seed: int) -> Elements:
    """Draw `n` feasible orbits: lengths in km, angles in radians, the same for the same seed on every machine.

    Argument of periapsis in 0..180 degrees, true anomaly in 0..360; inclination and RAAN are zero in the planar
    case, else in 0..180 degrees.
    """
    bits = PCG64(seed)
    rows: list[list[float]] = []
    while len(rows) < n:
        # Six draws an attempt, whatever the case. Raw bits, because NumPy promises only those to stay the same.
        u = (bits.random_raw(6) >> np.uint64(11)) * 2.0**-53
        (a0, a1), (e0, e1) = family.semi_major_axis_km, family.eccentricity
        a, e = a0 + (a1 - a0) * u[0], e0 + (e1 - e0) * u[1]
        if is_feasible(a, e):
            tilt = (0.0, 0.0) if planar else (HALF_TURN * u[2], HALF_TURN * u[3])
            rows.append([a, e, *tilt, HALF_TURN * u[4], 2.0 * HALF_TURN * u[5]])
    return Elements(*np.array(rows, dtype=np.float64).T)
