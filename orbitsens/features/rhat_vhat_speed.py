"""Unit position and velocity, their sizes, and the radial and transverse share of the velocity."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.types import State
from orbitsens.vectors import inverse_norm, safe_norm, unit


def _apply(y: State) -> Float[Array, "10"]:
    position, velocity = y[:3], y[3:]
    r_hat, v_hat = unit(position), unit(velocity)
    radial = jnp.dot(v_hat, r_hat)
    transverse = safe_norm(v_hat - radial * r_hat)
    return jnp.concatenate(
        [
            inverse_norm(position)[None],
            r_hat,
            safe_norm(velocity)[None],
            v_hat,
            jnp.stack([radial, transverse]),
        ]
    )


SPEC = FeatureLayer(
    name="rhat_vhat_speed",
    labels=("1/r", "x/r", "y/r", "z/r", "v", "v_x/v", "v_y/v", "v_z/v", "v_radial/v", "v_transverse/v"),
    formula="(1/r, r_hat, v, v_hat, v_hat . r_hat, |v_hat - (v_hat . r_hat) r_hat|)",
    apply=_apply,
)
