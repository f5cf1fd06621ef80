"""What a loss is, and the two components that every loss reports."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Array, Bool, Float

Trajectories = Float[Array, "segment sample 6"]
SampleMask = Bool[Array, "segment sample"]


class LossValue(NamedTuple):
    """A loss and its parts: `mpe` the mean percent error of the state, `rmse` 100 times its normalised RMSE."""

    total: Float[Array, ""]
    mpe: Float[Array, ""]
    rmse: Float[Array, ""]


@dataclass(frozen=True)
class Loss:
    """A loss over segments: `apply(predicted, true, mask)`; the mask says which samples count."""

    name: str
    formula: str
    apply: Callable[[Trajectories, Trajectories, SampleMask], LossValue]
