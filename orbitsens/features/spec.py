"""What a feature layer is."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Array, Float

from orbitsens.types import State


@dataclass(frozen=True)
class FeatureLayer:
    """What the MLP sees of a state: `apply` maps a state [6] to features [size]; `labels` name them, on axes too.

    r and v are the sizes of position and velocity, r_hat and v_hat their unit vectors, all in model units; a and E
    are the semi-major axis and specific energy for mu = 1, as in canonical units. Names and definitions are the team's.
    """

    name: str
    labels: tuple[str, ...]
    formula: str
    apply: Callable[[State], Float[Array, "features"]]

    @property
    def size(self) -> int:
        """Number of features."""
        return len(self.labels)
