"""Physical units: km, km/s and s."""

from orbitsens.datasets import Dataset
from orbitsens.normalization.spec import Normalization, Units


def _units(training: Dataset) -> Units:
    del training
    return Units(length_km=1.0, time_s=1.0)


SPEC = Normalization(name="none", formula="l = 1 km, t = 1 s, so mu = 398600.4418", units=_units)
