"""Positive magnitude times a unit direction: the note's output layer."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.outputs.spec import OutputLayer
from orbitsens.types import Derivative, State
from orbitsens.vectors import unit


def _apply(o: Float[Array, "4"], y: State) -> Derivative:
    return jnp.concatenate([y[3:], jax.nn.softplus(o[0]) * unit(o[1:4])])


SPEC = OutputLayer(
    name="mlp_4D_unit_softplus",
    n_outputs=4,
    formula="velocity passes through; acceleration softplus(o0) * o[1:4]/|o[1:4]|",
    apply=_apply,
)
