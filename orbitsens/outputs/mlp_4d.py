"""A magnitude that is not negative times a vector of any length."""

import jax.numpy as jnp

from orbitsens.outputs.spec import MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del scalar
    return second_order(y, jnp.abs(o[0]) * o[1:4])


SPEC = OutputLayer(
    name="mlp_4D",
    labels=MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration |o0| o[1:4]",
    apply=_apply,
)
