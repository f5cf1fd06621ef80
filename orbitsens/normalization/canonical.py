"""Canonical units: the Earth's radius and mu are 1."""

from orbitsens.constants import LENGTH_UNIT_KM, TIME_UNIT_S
from orbitsens.datasets import Dataset
from orbitsens.normalization.spec import Normalization, Units


def _units(training: Dataset) -> Units:
    del training
    return Units(LENGTH_UNIT_KM, TIME_UNIT_S)


SPEC = Normalization(name="canonical", formula="l = R_E, t = sqrt(l^3/mu), so mu = 1", units=_units)
