"""Exponential of a clipped log magnitude times the direction of a bounded vector and the config's `scalar`."""

import jax.numpy as jnp

from orbitsens.outputs.spec import LOG_MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, clipped_exp, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    return second_order(y, scalar * clipped_exp(o[0]) * unit(jnp.tanh(o[1:4])))


SPEC = OutputLayer(
    name="mlp_4D_logmag_unit_tanh_exp",
    labels=LOG_MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration scalar exp(o0) t/|t|, t = tanh(o[1:4]), o0 clipped to -15 .. 15",
    apply=_apply,
)
