"""Constants of motion of the two-body problem, finite at every state.

Formulas: vis-viva and the energy integral (Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., ch. 1).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.types import State

# A parabola's semi-major axis is infinite: 1/|a| below this counts as this, so log|a| is at most 9.2.
_SMALLEST_INVERSE_A = 1e-4
# Nearer to the centre counts as this near, so that squared energies and their gradients stay finite in float32.
_SMALLEST_R = 1e-4


def specific_energy(y: State, mu: Float[Array, ""] | float) -> Float[Array, ""]:
    """v^2/2 - mu/r, in the units of `y` and `mu`; r is at least 1e-4 lengths."""
    return 0.5 * jnp.sum(y[3:] ** 2) - mu * _inverse_radius(y)


def log_semi_major_axis(y: State, mu: Float[Array, ""] | float) -> Float[Array, ""]:
    """Logarithm of |a|, where 1/a = 2/r - v^2/mu; |a| is at most 1e4 lengths, with zero gradient beyond."""
    inverse = 2.0 * _inverse_radius(y) - jnp.sum(y[3:] ** 2) / mu
    return -jnp.log(jnp.maximum(jnp.abs(inverse), _SMALLEST_INVERSE_A))


def _inverse_radius(y: State) -> Float[Array, ""]:
    return jax.lax.rsqrt(jnp.maximum(jnp.sum(y[:3] ** 2), _SMALLEST_R**2))
