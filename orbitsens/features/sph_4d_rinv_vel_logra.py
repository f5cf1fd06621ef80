"""The features of sph_4D_rinv_vel, and the logarithms of radius and semi-major axis (vis-viva)."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.features.sph_4d_rinv_vel import SPEC as RINV_VEL
from orbitsens.two_body import log_semi_major_axis
from orbitsens.types import State


def _apply(y: State) -> Float[Array, "9"]:
    rinv_vel = RINV_VEL.apply(y)
    return jnp.concatenate([rinv_vel, jnp.stack([-jnp.log(rinv_vel[0]), log_semi_major_axis(y, 1.0)])])


SPEC = FeatureLayer(
    name="sph_4D_rinv_vel_logra",
    labels=(*RINV_VEL.labels, "log r", "log |a|"),
    formula="(1/r, r_hat, velocity, log r, log |a|), 1/a = 2/r - v^2, |a| at most 1e4",
    apply=_apply,
)
