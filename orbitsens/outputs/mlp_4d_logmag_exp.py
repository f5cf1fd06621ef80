"""Exponential of a clipped log magnitude times a vector of any length and the config's `scalar`."""

from orbitsens.outputs.spec import LOG_MAGNITUDE_AND_DIRECTION, OutputLayer, Outputs, clipped_exp, second_order
from orbitsens.types import Derivative, State


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    return second_order(y, scalar * clipped_exp(o[0]) * o[1:4])


SPEC = OutputLayer(
    name="mlp_4D_logmag_exp",
    labels=LOG_MAGNITUDE_AND_DIRECTION,
    formula="velocity passes through; acceleration scalar exp(o0) o[1:4], o0 clipped to -15 .. 15",
    apply=_apply,
)
