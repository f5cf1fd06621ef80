"""Orbits in model units, split by orbit, and cut into the segments of a stage. On the host, in float64."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from orbitsens.config import Parameters, Stage, split_numbers
from orbitsens.datasets import Dataset, take_orbits
from orbitsens.features import REGISTRY as FEATURES
from orbitsens.normalization import REGISTRY as NORMALIZATIONS, Units
from orbitsens.transforms import REGISTRY as TRANSFORMS, Scaling


class HostSegments(NamedTuple):
    """Pieces of orbits in model units, or whole ones, as NumPy arrays: [piece, sample], [piece, sample, 6], mask."""

    t: np.ndarray
    y: np.ndarray
    mask: np.ndarray


class TrainingData(NamedTuple):
    """What a run trains and validates on, and what was found on the training orbits alone.

    `validation` is None where all orbits train, `scaling` where features stay as they are.
    """

    units: Units
    scaling: Scaling | None
    training: Dataset
    validation: Dataset | None


def split_orbits(dataset: Dataset, parameters: Parameters) -> TrainingData:
    """Split a dataset by orbit (see `split_numbers`), and fit units and scaling to the training orbits."""
    split = split_numbers(dataset.t.shape[0], parameters)
    training = take_orbits(dataset, split.training)
    validation = take_orbits(dataset, split.validation) if split.validation.size else None
    units = NORMALIZATIONS[parameters.normalization].units(training)
    return TrainingData(units, _scaling(parameters, in_units(training, units)), training, validation)


def _scaling(parameters: Parameters, orbits: HostSegments) -> Scaling | None:
    fit = TRANSFORMS[parameters.feature_transform].fit
    if fit is None:
        return None
    states = jnp.asarray(orbits.y[orbits.mask], dtype=jnp.float32)
    return fit(np.asarray(jax.vmap(FEATURES[parameters.feature_layer].apply)(states), dtype=np.float64))


def in_units(dataset: Dataset, units: Units) -> HostSegments:
    """Whole orbits in model units, float64: one segment an orbit."""
    scale = np.array([units.length_km] * 3 + [units.velocity_km_s] * 3)
    return HostSegments(dataset.t / units.time_s, dataset.y / scale, dataset.mask)


def cut_segments(orbits: HostSegments, stage: Stage) -> HostSegments:
    """Cut orbits into consecutive segments of the stage's length and keep the stage's window of each.

    A remainder at the end of an orbit is dropped: every sample of a segment is a real one. Times count from a
    segment's first sample.
    """
    n_orbits, n_samples = orbits.t.shape
    length = stage.segment_length
    per_orbit = n_samples // length
    first, stop = stage.sample_range

    t, y, mask = (x[:, : per_orbit * length].reshape(n_orbits * per_orbit, length, *x.shape[2:]) for x in orbits)
    whole = mask.all(axis=1)
    t, y, mask = (x[whole, first:stop] for x in (t, y, mask))
    return HostSegments(t - t[:, :1], y, mask)


def segment_ratio(stage: Stage, samples_per_orbit: float) -> float:
    """Share of an orbit that one segment covers, percent."""
    return 100.0 * stage.segment_length / samples_per_orbit
