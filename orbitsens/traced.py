"""Which keys enter a compiled program as numbers, so that runs that differ in them share it. Knows no JAX.

The grouping of runs (`orbitsens.programs`), the arrays (`orbitsens.run_numbers`) and what a program may read of its
parameters while it is traced (`shape_parameters`) all follow from the one table `TRACED`.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from orbitsens.config import SEED_KEYS, Parameters, Stage

Value = Callable[[Parameters, Stage], float]

# Of the optimisers that decay weights by default in optax, by how much.
OWN_WEIGHT_DECAY: Mapping[str, float] = MappingProxyType({"adamw": 1e-4, "nadamw": 1e-4, "lion": 1e-3})


def weight_decay(parameters: Parameters) -> float:
    """Return the weight decay in force: unset, it is the optimiser's own."""
    own = OWN_WEIGHT_DECAY.get(parameters.optimizer, 0.0)
    return own if parameters.weight_decay is None else parameters.weight_decay


# The number that each key is in a stage.
TRACED: Mapping[str, Value] = MappingProxyType(
    {
        "lr_strategy": lambda p, stage: stage.learning_rate,
        "epochs_strategy": lambda p, stage: stage.steps,
        "rtol": lambda p, stage: p.rtol,
        "atol": lambda p, stage: p.atol,
        "momentum": lambda p, stage: p.momentum,
        "lr_final_ratio": lambda p, stage: p.lr_final_ratio,
        "weight_decay": lambda p, stage: weight_decay(p),
        "gradient_clip": lambda p, stage: p.gradient_clip or 0.0,
        "average_decay": lambda p, stage: p.average_decay,
        "average_share": lambda p, stage: p.average_share,
        "noise_scale": lambda p, stage: p.noise_scale,
    }
)
# Traced, but whether they are in force (neither unset nor 0) shapes the program.
SWITCHES = ("weight_decay", "gradient_clip")


def in_force(parameters: Parameters, key: str) -> bool:
    """Say whether a switch is set, to something else than 0; also of the parameters that shape a program."""
    return getattr(parameters, key, True) not in (None, 0.0)


def decays(parameters: Parameters) -> bool:
    """Say whether weights decay; also of the parameters that shape a program."""
    if getattr(parameters, "weight_decay", True) is None:
        return OWN_WEIGHT_DECAY.get(parameters.optimizer, 0.0) > 0.0
    return in_force(parameters, "weight_decay")


def shape_parameters(parameters: Parameters) -> Parameters:
    """Return what shapes a program: the parameters without seeds and traced numbers.

    Reading one of those from it is an AttributeError, so that a program cannot be compiled with the number of one run
    and be used for others. Learning rates of the stages are NaN, since their count shapes the program. A switch that is
    off stays.
    """
    shape = parameters.model_copy(update={"lr_strategy": (float("nan"),) * len(parameters.stages)})
    for key in {*SEED_KEYS, *TRACED} - {"lr_strategy"}:
        if key not in SWITCHES or in_force(parameters, key):
            shape.__dict__.pop(key)
    return shape


@cache
def _shaping(traced: frozenset[str]) -> Callable[[Parameters], Any]:
    return attrgetter(*sorted(set(Parameters.model_fields) - {*SEED_KEYS, *traced}))


def shape_key(parameters: Parameters) -> Hashable:
    """Return what is equal for runs whose `shape_parameters` are equal, without making those: sweeps have many runs."""
    switches = tuple("on" if in_force(parameters, key) else getattr(parameters, key) for key in SWITCHES)
    return _shaping(frozenset(TRACED))(parameters), switches, len(parameters.stages)
