"""Rotation about z by a random angle, or by any rotation in space."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from orbitsens.augment.spec import Augmentation, Extent, Segments
from orbitsens.vectors import unit


def _apply(key: PRNGKeyArray, segment: Segments, extent: Extent) -> Segments:
    matrix = about_z(jax.random.uniform(key, maxval=2.0 * jnp.pi)) if extent.planar else any_rotation(key)
    return segment._replace(y=turned(segment.y, matrix))


def turned(y: Float[Array, "*sample 6"], matrix: Float[Array, "3 3"]) -> Float[Array, "*sample 6"]:
    """Positions and velocities multiplied by `matrix`."""
    # Full precision also where matrix units would round to fewer bits: the law has to hold.
    turn = jnp.einsum("ij,...sj->...si", matrix, y.reshape(*y.shape[:-1], 2, 3), precision="highest")
    return turn.reshape(y.shape)


def about_z(angle: Float[Array, ""]) -> Float[Array, "3 3"]:
    """The rotation about z by `angle`, radians."""
    cos, sin, zero, one = jnp.cos(angle), jnp.sin(angle), jnp.zeros_like(angle), jnp.ones_like(angle)
    return _matrix([[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]])


def any_rotation(key: PRNGKeyArray) -> Float[Array, "3 3"]:
    """A rotation drawn uniformly from all, from a unit quaternion drawn uniformly (Shoemake 1992)."""
    w, x, y, z = unit(jax.random.normal(key, (4,)))
    rows = [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
    return _matrix(rows)


def _matrix(rows: list[list[Array]]) -> Float[Array, "3 3"]:
    return jnp.stack([jnp.stack(row) for row in rows])


SPEC = Augmentation(name="rotation", formula="(R r, R v), R a rotation drawn uniformly", apply=_apply)
