"""What a normalisation is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from orbitsens.constants import LENGTH_UNIT_KM, MU_KM3_S2, TIME_UNIT_S
from orbitsens.datasets import Dataset


class Units(NamedTuple):
    """The units that a model sees: it takes and integrates states in them, and `mu` in them is the true law's."""

    length_km: float
    time_s: float

    @property
    def velocity_km_s(self) -> float:
        """Unit of velocity."""
        return self.length_km / self.time_s

    @property
    def mu(self) -> float:
        """The Earth's gravitational parameter in these units."""
        return MU_KM3_S2 * self.time_s**2 / self.length_km**3


CANONICAL = Units(LENGTH_UNIT_KM, TIME_UNIT_S)


@dataclass(frozen=True)
class Normalization:
    """How the units that a model sees follow from its training orbits."""

    name: str
    formula: str
    units: Callable[[Dataset], Units]
