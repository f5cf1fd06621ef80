"""What a loss is, what it is given, and the two components that every loss reports."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Array, Bool, Float, PyTree

from orbitsens.config import Parameters
from orbitsens.types import Dynamics

Trajectories = Float[Array, "segment sample 6"]
SampleMask = Bool[Array, "segment sample"]


class LossInputs(NamedTuple):
    """What a loss may use, all in model units, where the gravitational parameter is `mu`.

    `mask` says which samples count: not the first of a segment, which is given, and no padded one. `dynamics` is the
    learnt right-hand side of one state, `weights` its trained arrays.
    """

    predicted: Trajectories
    true: Trajectories
    mask: SampleMask
    dynamics: Dynamics
    weights: PyTree
    mu: Float[Array, ""]
    parameters: Parameters


class LossValue(NamedTuple):
    """A loss and its parts: `mpe` the mean percent error of the state, `rmse` 100 times its normalised RMSE."""

    total: Float[Array, ""]
    mpe: Float[Array, ""]
    rmse: Float[Array, ""]


@dataclass(frozen=True)
class Loss:
    """A loss over segments. `formula`: y and yhat are true and predicted states, means are over samples that count."""

    name: str
    formula: str
    apply: Callable[[LossInputs], LossValue]
