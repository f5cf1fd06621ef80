"""What an output layer is."""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.types import Derivative, State

Outputs = Float[Array, "outputs"]
Acceleration = Float[Array, "3"]

MAGNITUDE_AND_DIRECTION = ("o0, magnitude", "o1, x", "o2, y", "o3, z")
LOG_MAGNITUDE_AND_DIRECTION = ("o0, log magnitude", *MAGNITUDE_AND_DIRECTION[1:])

# From 3e-7 to 3e6: the accelerations of all orbits in canonical units, 0.005 to 230, lie well inside.
_LARGEST_LOG = 15.0


@dataclass(frozen=True)
class OutputLayer:
    """How the MLP's output o [n_outputs] and the state y [6] become the derivative of the state [6].

    `apply(o, y, scalar)` takes the config's `scalar` last, which the layers use whose formula has it. `labels` name the
    components of o, on axes too. Names and definitions are the team's.
    """

    name: str
    labels: tuple[str, ...]
    formula: str
    apply: Callable[[Outputs, State, float], Derivative]

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the MLP."""
        return len(self.labels)


def second_order(y: State, acceleration: Acceleration) -> Derivative:
    """The derivative of `y` whose velocity passes through."""
    return jnp.concatenate([y[3:], acceleration])


def clipped_exp(log_magnitude: Float[Array, ""]) -> Float[Array, ""]:
    """The magnitude of a logarithm, which counts from -15 to 15."""
    return jnp.exp(jnp.clip(log_magnitude, -_LARGEST_LOG, _LARGEST_LOG))
