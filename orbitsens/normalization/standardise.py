"""Units of the data's own size: distance and speed have a root mean square of 1 over the training orbits.

Nothing is subtracted: the origin is the centre of attraction, and the mean of a whole orbit's states is no part of the
law. One length and one velocity keep the law's form and the planes; the unit of time is length by velocity.
"""

import numpy as np

from orbitsens.datasets import Dataset
from orbitsens.normalization.spec import Normalization, Units


def _units(training: Dataset) -> Units:
    states = training.y[training.mask]
    distance, speed = (float(np.sqrt(np.mean(np.sum(x * x, axis=-1)))) for x in (states[:, :3], states[:, 3:]))
    return Units(length_km=distance, time_s=distance / speed)


SPEC = Normalization(
    name="standardise",
    formula="l = rms |r|, l/t = rms |v|, over the training orbits; mu = 398600.4418 t^2/l^3",
    units=_units,
)
