"""Positive magnitude, never quite zero, times a unit direction and the config's `scalar`."""

import jax

from orbitsens.outputs.spec import MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    return second_order(y, scalar * (jax.nn.softplus(o[0]) + 1e-8) * unit(o[1:4]))


SPEC = OutputLayer(
    name="mlp_4D_logmag_unit_softplus",
    labels=MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration scalar (softplus(o0) + 1e-8) o[1:4]/|o[1:4]|",
    apply=_apply,
)
