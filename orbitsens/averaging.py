"""Averages of the weights over the steps of a stage."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

Number = Float[Array, ""]


class AverageNumbers(NamedTuple):
    """`decay` of the moving average, and the `share` of the stage's last steps that the tail mean takes."""

    decay: Number
    share: Number


def _ema(step: Number, n_steps: Number, numbers: AverageNumbers) -> Number:
    del n_steps
    # A plain mean until that is as long as the moving average's memory: nothing of the stage before is left.
    return jnp.maximum(1.0 / (step + 1.0), 1.0 - numbers.decay)


def _tail_mean(step: Number, n_steps: Number, numbers: AverageNumbers) -> Number:
    inside = step - jnp.floor(n_steps * (1.0 - numbers.share))
    return 1.0 / (jnp.maximum(inside, 0.0) + 1.0)


# From the step within the stage (counted from 0) to the share that its weights take of the new average; the average
# starts anew at each stage. Before the tail, the average is the weights themselves.
REGISTRY: Mapping[str, Callable[[Number, Number, AverageNumbers], Number]] = MappingProxyType(
    {"ema": _ema, "tail_mean": _tail_mean}
)
