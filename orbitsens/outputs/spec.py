"""What an output layer is."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Array, Float

from orbitsens.types import Derivative, State


@dataclass(frozen=True)
class OutputLayer:
    """How the MLP's output o [n_outputs] and the state y [6] become the derivative of the state [6]."""

    name: str
    n_outputs: int
    formula: str
    apply: Callable[[Float[Array, "outputs"], State], Derivative]
