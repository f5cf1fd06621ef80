"""What a feature layer is."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Array, Float

from orbitsens.types import State


@dataclass(frozen=True)
class FeatureLayer:
    """What the MLP sees of a state: `apply` maps a state [6] to features [size], one label (with meaning) each."""

    name: str
    labels: tuple[str, ...]
    formula: str
    apply: Callable[[State], Float[Array, "features"]]

    @property
    def size(self) -> int:
        """Number of features."""
        return len(self.labels)
