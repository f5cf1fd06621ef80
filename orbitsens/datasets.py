"""Datasets by name: pure functions of the name, the same bytes on every machine."""

import hashlib
from typing import NamedTuple

import numpy as np

from orbitsens.config import SAMPLES_PER_ORBIT, parse_dataset_name
from orbitsens.constants import MU_KM3_S2
from orbitsens.orbits import FAMILIES, Elements, draw_elements, revolution
from orbitsens.types import Mask, States64, Times64

# Part of every dataset's seed: raise it if the definition of the datasets ever has to change.
_DEFINITION = "orbitsens-datasets-1"


class Dataset(NamedTuple):
    """Orbits in km, km/s and s. Orbits may differ in length: `mask` is true where a sample is real.

    Shapes: t [orbit, sample], y [orbit, sample, 6], mask [orbit, sample]; each field of `elements` [orbit].
    """

    name: str
    t: Times64
    y: States64
    mask: Mask
    elements: Elements


def make_dataset(name: str) -> Dataset:
    """Make the dataset of that name: one revolution per orbit, 360 samples at equal true anomalies.

    Raises:
        ConfigError: the name does not follow the pattern of dataset names.
    """
    parsed = parse_dataset_name(name)
    seed = int.from_bytes(hashlib.sha256(f"{_DEFINITION}:{parsed}".encode()).digest()[:16], "big")
    elements = draw_elements(FAMILIES[parsed.family], parsed.n, parsed.planar, seed)
    orbits = revolution(elements, SAMPLES_PER_ORBIT, MU_KM3_S2)
    return Dataset(str(parsed), orbits.t, orbits.y, np.ones(orbits.t.shape, dtype=bool), elements)


def take_orbits(dataset: Dataset, index: np.ndarray) -> Dataset:
    """The orbits at `index`, in that order."""
    elements = Elements(*(column[index] for column in dataset.elements))
    return Dataset(dataset.name, dataset.t[index], dataset.y[index], dataset.mask[index], elements)
