"""Optimisers by name, from optax."""

from collections.abc import Callable
from dataclasses import dataclass

import optax
from jaxtyping import Array, Float


@dataclass(frozen=True)
class Optimizer:
    """An optax optimiser: `build(learning_rate)`, where the learning rate may be traced."""

    name: str
    build: Callable[[Float[Array, ""]], optax.GradientTransformation]


REGISTRY: dict[str, Optimizer] = {
    "adabelief": Optimizer("adabelief", optax.adabelief),
}
