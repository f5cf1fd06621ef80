"""Positive magnitude, never quite zero, times the direction of a bounded vector and the config's `scalar`."""

import jax
import jax.numpy as jnp

from orbitsens.outputs.spec import MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    return second_order(y, scalar * (jax.nn.softplus(o[0]) + 1e-8) * unit(jnp.tanh(o[1:4])))


SPEC = OutputLayer(
    name="mlp_4D_logmag_unit_tanh_softplus",
    labels=MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration scalar (softplus(o0) + 1e-8) t/|t|, t = tanh(o[1:4])",
    apply=_apply,
)
