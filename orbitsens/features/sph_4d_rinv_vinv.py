"""Inverse radius, unit position, and velocity divided by the radius."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.types import State
from orbitsens.vectors import inverse_norm


def _apply(y: State) -> Float[Array, "7"]:
    r_inverse = inverse_norm(y[:3])
    return jnp.concatenate([r_inverse[None], y * r_inverse])


SPEC = FeatureLayer(
    name="sph_4D_rinv_vinv",
    labels=("1/r", "x/r", "y/r", "z/r", "v_x/r", "v_y/r", "v_z/r"),
    formula="(1/r, r_hat, velocity/r)",
    apply=_apply,
)
