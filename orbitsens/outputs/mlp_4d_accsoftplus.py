"""Positive magnitude times a vector of any length."""

import jax

from orbitsens.outputs.spec import MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del scalar
    return second_order(y, jax.nn.softplus(o[0]) * o[1:4])


SPEC = OutputLayer(
    name="mlp_4D_accsoftplus",
    labels=MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration softplus(o0) o[1:4]",
    apply=_apply,
)
