"""Exponential of a clipped log magnitude times a unit direction."""

import jax.numpy as jnp

from orbitsens.outputs.spec import OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit

# From 3e-7 to 3e6: the accelerations of all orbits in canonical units, 0.005 to 230, lie well inside.
_LARGEST_LOG = 15.0


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del scalar
    return second_order(y, jnp.exp(jnp.clip(o[0], -_LARGEST_LOG, _LARGEST_LOG)) * unit(o[1:4]))


SPEC = OutputLayer(
    name="mlp_4D_logmag_unit_exp",
    labels=("o0, log magnitude", "o1, x", "o2, y", "o3, z"),
    formula="velocity passes through; acceleration exp(o0) o[1:4]/|o[1:4]|, o0 clipped to -15 .. 15",
    apply=_apply,
)
