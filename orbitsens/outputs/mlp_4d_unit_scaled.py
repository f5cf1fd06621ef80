"""The acceleration of mlp_4D_unit times the config's `scalar`."""

import jax.numpy as jnp

from orbitsens.outputs.spec import MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    return second_order(y, scalar * jnp.abs(o[0]) * unit(o[1:4]))


SPEC = OutputLayer(
    name="mlp_4D_unit_scaled",
    labels=MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration scalar |o0| o[1:4]/|o[1:4]|",
    apply=_apply,
)
