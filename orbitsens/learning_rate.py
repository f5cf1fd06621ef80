"""Learning-rate schedules within a stage."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import jax.numpy as jnp
from jaxtyping import Array, Float

Number = Float[Array, ""]
Factor = Callable[[Number, Number], Number]

# From the share of the stage that is done, and the ratio at its end, to the factor of the stage's learning rate.
REGISTRY: Mapping[str, Factor] = MappingProxyType(
    {
        "constant": lambda done, final: jnp.ones_like(done),
        "cosine": lambda done, final: final + (1.0 - final) * 0.5 * (1.0 + jnp.cos(jnp.pi * done)),
        "exponential": lambda done, final: final**done,
    }
)
