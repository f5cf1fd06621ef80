"""States to try layers and losses at, canonical units."""

import numpy as np
from hypothesis import strategies as st

from orbitsens.orbits.elements import Elements, elements_to_state

GEO = 42164.169 / 6378.137


def state_of(a, e, i=0.0, raan=0.0, w=0.0, nu=0.0):
    return elements_to_state(Elements(a, e, i, raan, w, nu), 1.0)


PERIAPSIS_AT_E_099 = state_of(GEO, 0.99, w=0.7)
EDGES = {
    "periapsis of e = 0.99": PERIAPSIS_AT_E_099,
    "periapsis of e = 0.99 on the x axis": state_of(GEO, 0.99),
    "apoapsis of e = 0.99": state_of(GEO, 0.99, nu=np.pi),
    "circular": state_of(1.5, 0.0, i=1.0, raan=2.0, nu=3.0),
    "parabolic": np.array([1.0, 0.0, 0.0, 0.0, np.sqrt(2.0), 0.0]),
    "hyperbolic": np.array([2.0, 0.0, 0.0, 0.0, 1.5, 0.5]),
    "zero": np.zeros(6),
    "zero position": np.array([0.0, 0.0, 0.0, 0.3, -0.4, 0.5]),
    "zero velocity": np.array([1.0, 2.0, 3.0, 0.0, 0.0, 0.0]),
    "radial": np.array([1.0, 2.0, 3.0, -0.1, -0.2, -0.3]),
    "tiny": np.full(6, 1e-9),
}
EDGE_STATES = np.stack(list(EDGES.values())).astype(np.float32)


@st.composite
def feasible_states(draw, n):
    """`n` states of elliptic orbits above the Earth's surface, float32 [n, 6]."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = rng.uniform(1.03, GEO, n)
    e = rng.uniform(0.0, np.minimum(0.99, 1.0 - 1.0 / a))
    angles = rng.uniform(0.0, [[np.pi]] * 3 + [[2 * np.pi]], (4, n))
    return state_of(a, e, *angles).astype(np.float32)
