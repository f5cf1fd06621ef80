"""Array shapes, named once. Sizes: `orbit`, `sample`, `segment`, `run`; a state is position then velocity."""

from collections.abc import Callable

from jaxtyping import Array, Float

State = Float[Array, "6"]
Derivative = Float[Array, "6"]
Dynamics = Callable[[State], Derivative]
