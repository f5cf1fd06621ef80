"""Orbits in closed form against SciPy's DOP853 and the conservation laws."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import solve_ivp

from orbitsens.constants import EARTH_RADIUS_KM, GEO_RADIUS_KM, LENGTH_UNIT_KM, MU_KM3_S2, TIME_UNIT_S
from orbitsens.orbits import Elements, elements_to_state, mean_anomaly, period, revolution, state_to_elements

ECCENTRICITIES = [0.0, 0.1, 0.5, 0.9, 0.99]
ORBIT = Elements(*(np.array(x) for x in (3.0, 0.4, 0.7, 2.1, 1.3, 0.6)))

angles = st.floats(0.05, np.pi - 0.05)
elements = st.builds(
    lambda a, e, i, raan, w, nu: Elements(*(np.array(x) for x in (a, e, i, raan, w, nu))),
    st.floats(1.1, 7.0),
    st.floats(0.001, 0.95),
    angles,
    st.floats(0.0, 6.2),
    st.floats(0.0, 6.2),
    st.floats(0.0, 6.2),
)


def two_body(t, y):
    return np.concatenate([y[3:], -y[:3] / np.linalg.norm(y[:3]) ** 3])


@pytest.mark.parametrize("e", ECCENTRICITIES)
def test_revolution_follows_the_equations_of_motion(e):
    orbit = revolution(ORBIT._replace(eccentricity=np.array(e)), 360, mu=1.0)
    solution = solve_ivp(
        two_body, (0.0, orbit.t[-1]), orbit.y[0], method="DOP853", t_eval=orbit.t, rtol=1e-13, atol=1e-13
    )
    # Passing the periapsis of e = 0.99 at 0.03 radii, the integrator itself is off by some 1e-9 of a period in time.
    atol = 1e-10 if e < 0.99 else 1e-8
    np.testing.assert_allclose(orbit.y[:, :3], solution.y[:3].T, atol=atol)
    np.testing.assert_allclose(orbit.y[:, 3:], solution.y[3:].T, atol=atol / (1 - e) ** 1.5)


@pytest.mark.parametrize("e", ECCENTRICITIES)
def test_energy_and_angular_momentum_are_constant(e):
    y = revolution(ORBIT._replace(eccentricity=np.array(e)), 360, mu=1.0).y
    energy = np.sum(y[:, 3:] ** 2, axis=1) / 2 - 1 / np.linalg.norm(y[:, :3], axis=1)
    np.testing.assert_allclose(energy, -1 / (2 * 3.0), rtol=1e-11)
    momentum = np.cross(y[:, :3], y[:, 3:])
    np.testing.assert_allclose(momentum, np.broadcast_to(momentum[0], momentum.shape), atol=1e-13)
    np.testing.assert_allclose(np.linalg.norm(momentum[0]), np.sqrt(3.0 * (1 - e**2)), rtol=1e-13)


@pytest.mark.parametrize("e", ECCENTRICITIES)
def test_velocity_is_the_derivative_of_position(e):
    # Central difference of fourth order in time, the true anomaly being the parameter.
    nu, h = np.linspace(0.0, 2 * np.pi, 50), 1e-4

    def at(shift):
        shifted = ORBIT._replace(eccentricity=np.array(e), true_anomaly=nu + shift)
        t = mean_anomaly(shifted.true_anomaly, np.array(e)) * np.sqrt(3.0**3)
        return elements_to_state(shifted, 1.0)[:, :3], t[:, None]

    def slope(k):
        values = [at(s * h)[k] for s in (-2, -1, 1, 2)]
        return (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)

    velocity = elements_to_state(ORBIT._replace(eccentricity=np.array(e), true_anomaly=nu), 1.0)[:, 3:]
    np.testing.assert_allclose(slope(0) / slope(1), velocity, rtol=1e-6, atol=1e-6)


def test_a_revolution_takes_the_period():
    e = np.array(0.7)
    assert (mean_anomaly(np.array(1.0 + 2 * np.pi), e) - mean_anomaly(np.array(1.0), e)) == pytest.approx(2 * np.pi)
    assert period(np.array(GEO_RADIUS_KM), MU_KM3_S2) == pytest.approx(86164.1, abs=0.1)  # the sidereal day


def test_canonical_units_have_mu_one():
    assert LENGTH_UNIT_KM == EARTH_RADIUS_KM
    assert MU_KM3_S2 * TIME_UNIT_S**2 / LENGTH_UNIT_KM**3 == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("e", ECCENTRICITIES)
def test_samples_are_equally_spaced_in_true_anomaly(e):
    orbit = revolution(ORBIT._replace(eccentricity=np.array(e), true_anomaly=np.array(5.0)), 360, mu=1.0)
    e_vector = np.cross(orbit.y[:, 3:], np.cross(orbit.y[:, :3], orbit.y[:, 3:])) - (
        orbit.y[:, :3] / np.linalg.norm(orbit.y[:, :3], axis=1, keepdims=True)
    )
    turned = np.arccos(
        np.sum(orbit.y[:-1, :3] * orbit.y[1:, :3], axis=1)
        / (np.linalg.norm(orbit.y[:-1, :3], axis=1) * np.linalg.norm(orbit.y[1:, :3], axis=1))
    )
    np.testing.assert_allclose(turned, np.radians(1.0), rtol=1e-9)
    assert np.all(np.diff(orbit.t) > 0)
    assert orbit.t[0] == 0.0
    np.testing.assert_allclose(np.linalg.norm(e_vector, axis=1), e, atol=1e-12)


@given(elements)
def test_elements_survive_the_round_trip(given_elements):
    back = state_to_elements(elements_to_state(given_elements, mu=1.0), mu=1.0)
    np.testing.assert_allclose(back.semi_major_axis, given_elements.semi_major_axis, rtol=1e-9)
    np.testing.assert_allclose(back.eccentricity, given_elements.eccentricity, atol=1e-9)
    for name in ("inclination", "raan", "argument_of_periapsis", "true_anomaly"):
        difference = getattr(back, name) - getattr(given_elements, name)
        # Angles within the plane lose digits in proportion to 1/e.
        assert abs(np.sin(difference / 2)) < 1e-10 / given_elements.eccentricity, name


def test_an_equatorial_circular_orbit_has_its_angle_in_the_true_anomaly():
    flat = Elements(*(np.array(x) for x in (2.0, 0.0, 0.0, 0.0, 0.0, 1.25)))
    back = state_to_elements(elements_to_state(flat, mu=1.0), mu=1.0)
    assert (back.raan, back.argument_of_periapsis) == (0.0, 0.0)
    assert back.true_anomaly == pytest.approx(1.25)
