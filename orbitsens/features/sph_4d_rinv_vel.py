"""Inverse radius, unit position and velocity: the note's feature layer."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.types import State
from orbitsens.vectors import inverse_norm


def _apply(y: State) -> Float[Array, "7"]:
    position, velocity = y[:3], y[3:]
    r_inverse = inverse_norm(position)
    return jnp.concatenate([r_inverse[None], position * r_inverse, velocity])


SPEC = FeatureLayer(
    name="sph_4D_rinv_vel",
    labels=("1/r", "x/r", "y/r", "z/r", "v_x", "v_y", "v_z"),
    formula="(1/r, r_hat, velocity)",
    apply=_apply,
)
