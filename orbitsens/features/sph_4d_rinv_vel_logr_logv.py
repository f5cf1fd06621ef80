"""The features of sph_4D_rinv_vel, and the logarithms of radius and speed."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.features.sph_4d_rinv_vel import SPEC as RINV_VEL
from orbitsens.types import State
from orbitsens.vectors import inverse_norm


def _apply(y: State) -> Float[Array, "9"]:
    rinv_vel = RINV_VEL.apply(y)
    return jnp.concatenate([rinv_vel, -jnp.log(jnp.stack([rinv_vel[0], inverse_norm(y[3:])]))])


SPEC = FeatureLayer(
    name="sph_4D_rinv_vel_logr_logv",
    labels=(*RINV_VEL.labels, "log r", "log v"),
    formula="(1/r, r_hat, velocity, log r, log v)",
    apply=_apply,
)
