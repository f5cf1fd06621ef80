"""The features of sph_4D_rinv_vel, the logarithm of the semi-major axis (vis-viva) and the specific energy."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.features.sph_4d_rinv_vel import SPEC as RINV_VEL
from orbitsens.two_body import log_semi_major_axis, specific_energy
from orbitsens.types import State


def _apply(y: State) -> Float[Array, "9"]:
    return jnp.concatenate([RINV_VEL.apply(y), jnp.stack([log_semi_major_axis(y, 1.0), specific_energy(y, 1.0)])])


SPEC = FeatureLayer(
    name="sph_4D_rinv_vel_loga_energy",
    labels=(*RINV_VEL.labels, "log |a|", "E"),
    formula="(1/r, r_hat, velocity, log |a|, E), 1/a = 2/r - v^2, |a| at most 1e4, E = v^2/2 - 1/r",
    apply=_apply,
)
