"""The MLP's output is the acceleration."""

from orbitsens.outputs.spec import OutputLayer, Outputs, second_order
from orbitsens.types import Derivative, State


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del scalar
    return second_order(y, o)


SPEC = OutputLayer(
    name="mlp_simple",
    labels=("o0, x", "o1, y", "o2, z"),
    formula="velocity passes through; acceleration o",
    apply=_apply,
)
