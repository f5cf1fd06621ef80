"""Exponential of a clipped log magnitude times a unit direction."""

from orbitsens.outputs.spec import LOG_MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, clipped_exp, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del scalar
    return second_order(y, clipped_exp(o[0]) * unit(o[1:4]))


SPEC = OutputLayer(
    name="mlp_4D_logmag_unit_exp",
    labels=LOG_MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration exp(o0) o[1:4]/|o[1:4]|, o0 clipped to -15 .. 15",
    apply=_apply,
)
