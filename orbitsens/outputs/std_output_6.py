"""The MLP's output is the whole derivative: the model has to learn that position's derivative is velocity."""

from orbitsens.outputs.spec import OutputLayer, Outputs
from orbitsens.types import Derivative, State


def _apply(o: Outputs, y: State, scalar: float) -> Derivative:
    del y, scalar
    return o


SPEC = OutputLayer(
    name="std_output_6",
    labels=("o0, dx/dt", "o1, dy/dt", "o2, dz/dt", "o3, dv_x/dt", "o4, dv_y/dt", "o5, dv_z/dt"),
    formula="all six derivatives are o; velocity does not pass through",
    apply=_apply,
)
