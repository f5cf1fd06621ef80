"""Position and velocity as they are."""

from jaxtyping import Array, Float

from orbitsens.features.spec import FeatureLayer
from orbitsens.types import State


def _apply(y: State) -> Float[Array, "6"]:
    return y


SPEC = FeatureLayer(
    name="cartesian", labels=("x", "y", "z", "v_x", "v_y", "v_z"), formula="(position, velocity)", apply=_apply
)
