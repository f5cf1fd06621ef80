"""What a feature transform is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float


class Scaling(NamedTuple):
    """Features become (features - shift) / scale, each component [feature] on its own."""

    shift: Float[Array | np.ndarray, "feature"]
    scale: Float[Array | np.ndarray, "feature"]


@dataclass(frozen=True)
class FeatureTransform:
    """What becomes of the features before the MLP; `fit` sees the features of the training orbits [sample, feature].

    A `fit` of None changes nothing.
    """

    name: str
    formula: str
    fit: Callable[[Float[np.ndarray, "sample feature"]], Scaling] | None


def or_one(scale: Float[np.ndarray, "feature"]) -> Float[np.ndarray, "feature"]:
    """1 where a feature does not vary, such as z/r of planar orbits: it is then shifted alone."""
    return np.where(scale > 1e-6, scale, 1.0)
