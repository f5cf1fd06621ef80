"""Output layers as the team's code has them, for reading their model files: the exponential ones clip nothing.

`scalar` multiplies all of mlp_4D_logmag_*. Everything else is the same layer as orbitsens' of that name; which name a
layer of the team has here is decided in `orbitsens.config.model_settings`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.outputs import REGISTRY, OutputLayer
from orbitsens.outputs.spec import Outputs, second_order
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit

Direction = Callable[[Float[Array, "3"]], Float[Array, "3"]]


def _unclipped(name: str, formula: str, direction: Direction) -> OutputLayer:
    def apply(o: Outputs, y: State, scalar: float) -> Derivative:
        return second_order(y, scalar * jnp.exp(o[0]) * direction(o[1:4]))

    return replace(
        REGISTRY[name], formula=f"velocity passes through; acceleration scalar exp(o0) {formula}", apply=apply
    )


TEAM_OUTPUTS: Mapping[str, OutputLayer] = MappingProxyType(
    REGISTRY
    | {
        layer.name: layer
        for layer in (
            _unclipped("mlp_4D_logmag_exp", "o[1:4]", lambda direction: direction),
            _unclipped("mlp_4D_logmag_unit_exp", "o[1:4]/|o[1:4]|", unit),
            _unclipped("mlp_4D_logmag_unit_tanh_exp", "t/|t|, t = tanh(o[1:4])", lambda d: unit(jnp.tanh(d))),
        )
    }
)
