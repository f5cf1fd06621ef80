"""Orbital elements and Cartesian states of the two-body problem, in closed form, float64 on the host.

Formulas: Vallado, Fundamentals of Astrodynamics and Applications (4th ed.), sections 2.5 and 2.6 (COE2RV, RV2COE).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from orbitsens.orbits.portable_math import sin_cos

Column = Float[np.ndarray, "*orbit"]


class Elements(NamedTuple):
    """Classical orbital elements; all fields broadcast against each other.

    Lengths are in the unit of `mu` (km, or Earth radii with mu = 1), angles in radians.
    """

    semi_major_axis: Column
    eccentricity: Column
    inclination: Column
    raan: Column
    argument_of_periapsis: Column
    true_anomaly: Column


def elements_to_state(elements: Elements, mu: float) -> Float[np.ndarray, "*orbit 6"]:
    """Return position and velocity of elliptic orbits, shape [..., 6]."""
    a, e, i, raan, w, nu = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in elements))
    sin_nu, cos_nu = sin_cos(nu)
    parameter = a * (1.0 - e * e)
    radius = parameter / (1.0 + e * cos_nu)
    speed = np.sqrt(mu / parameter)
    p, q = _perifocal_axes(i, raan, w)
    position = (radius * cos_nu)[..., None] * p + (radius * sin_nu)[..., None] * q
    velocity = (-speed * sin_nu)[..., None] * p + (speed * (e + cos_nu))[..., None] * q
    return np.concatenate([position, velocity], axis=-1)


def _perifocal_axes(i: Column, raan: Column, w: Column) -> tuple[Column, Column]:
    """Unit vectors towards periapsis and 90 degrees ahead of it in the orbital plane."""
    (sin_i, cos_i), (sin_o, cos_o), (sin_w, cos_w) = sin_cos(i), sin_cos(raan), sin_cos(w)
    towards = [cos_o * cos_w - sin_o * sin_w * cos_i, sin_o * cos_w + cos_o * sin_w * cos_i, sin_w * sin_i]
    ahead = [-cos_o * sin_w - sin_o * cos_w * cos_i, -sin_o * sin_w + cos_o * cos_w * cos_i, cos_w * sin_i]
    return np.stack(towards, axis=-1), np.stack(ahead, axis=-1)


def state_to_elements(state: Float[np.ndarray, "*orbit 6"], mu: float) -> Elements:
    """Return the elements of states, angles in [0, 2 pi).

    Where an angle has no meaning it is zero and its part goes to the next one: the RAAN of an equatorial orbit, the
    argument of periapsis of a circular one (eccentricity below 1e-11). A rectilinear orbit has no plane: its
    inclination and RAAN are zero. The semi-major axis of a parabola is infinite.
    """
    r, v = state[..., :3], state[..., 3:]
    radius = np.linalg.norm(r, axis=-1)
    inverse = 2.0 / radius - np.sum(v * v, axis=-1) / mu
    a = np.divide(1.0, inverse, out=np.full_like(inverse, np.inf), where=inverse != 0)
    h = np.cross(r, v)
    e_vector = np.cross(v, h) / mu - r / radius[..., None]
    e = np.linalg.norm(e_vector, axis=-1)
    inclination = np.arctan2(np.hypot(h[..., 0], h[..., 1]), h[..., 2])
    equatorial = np.hypot(h[..., 0], h[..., 1]) <= 1e-11 * np.linalg.norm(h, axis=-1)
    raan = np.where(equatorial, 0.0, np.arctan2(h[..., 0], -h[..., 1]))
    # Angles in the orbital plane are measured from the ascending node (or the x axis of an equatorial orbit).
    node = np.stack([np.cos(raan), np.sin(raan), np.zeros_like(raan)], axis=-1)
    size = np.linalg.norm(h, axis=-1, keepdims=True)
    beyond = np.cross(h / np.where(size > 0, size, 1.0), node)
    latitude = np.arctan2(np.sum(r * beyond, axis=-1), np.sum(r * node, axis=-1))
    periapsis = np.arctan2(np.sum(e_vector * beyond, axis=-1), np.sum(e_vector * node, axis=-1))
    w = np.where(e < 1e-11, 0.0, periapsis)
    turn = 2.0 * np.pi
    return Elements(a, e, inclination, raan % turn, w % turn, (latitude - w) % turn)
