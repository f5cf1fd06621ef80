"""Radius, unit position and velocity."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.types import State
from orbitsens.vectors import safe_norm, unit


def _apply(y: State) -> Float[Array, "7"]:
    return jnp.concatenate([safe_norm(y[:3])[None], unit(y[:3]), y[3:]])


SPEC = FeatureLayer(
    name="rmag_v_and_direction",
    labels=("r", "x/r", "y/r", "z/r", "v_x", "v_y", "v_z"),
    formula="(r, r_hat, velocity)",
    apply=_apply,
)
