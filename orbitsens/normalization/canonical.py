"""Canonical units: the Earth's radius and mu are 1."""

from orbitsens.datasets import Dataset
from orbitsens.normalization.spec import CANONICAL, Normalization, Units


def _units(training: Dataset) -> Units:
    del training
    return CANONICAL


SPEC = Normalization(name="canonical", formula="l = R_E, t = sqrt(l^3/mu), so mu = 1", units=_units)
