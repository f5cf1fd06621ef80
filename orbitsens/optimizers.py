"""Optimisers by name, from optax, with gradient clipping and decoupled weight decay around any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import optax
from jaxtyping import Array, Float

from orbitsens.config import Parameters
from orbitsens.config.choices import OPTIMIZERS
from orbitsens.traced import OWN_WEIGHT_DECAY, decays, in_force

Number = Float[Array, ""]


class OptimizerNumbers(NamedTuple):
    """What an optimiser is made of; all may be traced. Decay and clip count only where the parameters ask for them."""

    learning_rate: Number
    weight_decay: Number
    gradient_clip: Number
    momentum: Number


@dataclass(frozen=True)
class Optimizer:
    """An optimiser without weight decay."""

    name: str
    build: Callable[[OptimizerNumbers], optax.GradientTransformation]


def make_optimizer(parameters: Parameters, numbers: OptimizerNumbers) -> optax.GradientTransformation:
    """The optimiser of `parameters`: clip the gradient, step, then shrink the weights w by learning rate x decay x w.

    The decay is decoupled for every optimiser (Loshchilov and Hutter 2019): it does not pass through its moments.
    """
    steps = [REGISTRY[parameters.optimizer].build(numbers)]
    if in_force(parameters, "gradient_clip"):
        steps.insert(0, optax.clip_by_global_norm(numbers.gradient_clip))
    if decays(parameters):
        steps.append(optax.add_decayed_weights(-numbers.learning_rate * numbers.weight_decay))
    return optax.chain(*steps) if len(steps) > 1 else steps[0]


def _plain(name: str) -> Optimizer:
    make = getattr(optax, name)
    return Optimizer(name, lambda numbers: make(numbers.learning_rate))


def _without_own_decay(name: str) -> Optimizer:
    make = getattr(optax, name)
    return Optimizer(name, lambda numbers: make(numbers.learning_rate, weight_decay=0.0))


_SPECIAL = (
    *(_without_own_decay(name) for name in OWN_WEIGHT_DECAY),
    Optimizer("sgd", lambda numbers: optax.sgd(numbers.learning_rate, momentum=numbers.momentum)),
)
REGISTRY: Mapping[str, Optimizer] = MappingProxyType(
    {name: _plain(name) for name in OPTIMIZERS} | {optimizer.name: optimizer for optimizer in _SPECIAL}
)
