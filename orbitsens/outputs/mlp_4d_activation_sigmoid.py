"""Magnitude between 0 and 1 times a vector whose components are bounded by 1."""

import jax
import jax.numpy as jnp

from orbitsens.outputs.spec import MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del scalar
    return second_order(y, jax.nn.sigmoid(o[0]) * jnp.tanh(o[1:4]))


SPEC = OutputLayer(
    name="mlp_4D_activation_sigmoid",
    labels=MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration sigmoid(o0) tanh(o[1:4])",
    apply=_apply,
)
