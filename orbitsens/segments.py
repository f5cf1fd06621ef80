"""Orbits in model units, split by orbit, and cut into the segments of a stage. On the host, in float64."""

from typing import NamedTuple

import numpy as np

from orbitsens.config import Parameters, Stage, split_sizes
from orbitsens.datasets import Dataset, take_orbits
from orbitsens.normalization import REGISTRY as NORMALIZATIONS, Units


class HostSegments(NamedTuple):
    """Pieces of orbits in model units, or whole ones, as NumPy arrays: [piece, sample], [piece, sample, 6], mask."""

    t: np.ndarray
    y: np.ndarray
    mask: np.ndarray


class TrainingData(NamedTuple):
    """What a run trains and validates on; `validation` is None where all orbits train."""

    units: Units
    training: Dataset
    validation: Dataset | None


def split_orbits(dataset: Dataset, parameters: Parameters) -> TrainingData:
    """Take `num_trajs` orbits (the first ones) and split them, by orbit, at random by the run's seed.

    With `train_val_split` 1 the orbits keep their order.
    """
    available = dataset.t.shape[0]
    n = available if parameters.num_trajs == -1 else parameters.num_trajs
    n_train, n_val = split_sizes(n, parameters.train_val_split)
    order = np.random.default_rng([parameters.seed, 0x5911]).permutation(n) if n_val else np.arange(n)
    training = take_orbits(dataset, np.sort(order[:n_train]))
    validation = take_orbits(dataset, np.sort(order[n_train:])) if n_val else None
    return TrainingData(NORMALIZATIONS[parameters.normalization].units(training), training, validation)


def in_units(dataset: Dataset, units: Units) -> HostSegments:
    """Whole orbits in model units, float64: one segment an orbit."""
    scale = np.array([units.length_km] * 3 + [units.velocity_km_s] * 3)
    return HostSegments(dataset.t / units.time_s, dataset.y / scale, dataset.mask)


def cut_segments(orbits: HostSegments, stage: Stage) -> HostSegments:
    """Cut orbits into consecutive segments of the stage's length and keep the stage's window of each.

    A remainder at the end of an orbit is dropped, and so is a segment with fewer than two real samples. Times count
    from a segment's first sample.
    """
    n_orbits, n_samples = orbits.t.shape
    length = stage.segment_length
    per_orbit = n_samples // length
    first, stop = stage.sample_range

    def cut(x: np.ndarray) -> np.ndarray:
        whole = x[:, : per_orbit * length].reshape(n_orbits * per_orbit, length, *x.shape[2:])
        return whole[:, first:stop]

    t, y, mask = (cut(np.asarray(x)) for x in orbits)
    t = np.where(mask, t - t[:, :1], 0.0)
    # A padded sample repeats the last real time, so that nothing is integrated there.
    t = np.maximum.accumulate(t, axis=1)
    usable = mask.sum(axis=1) >= 2
    return HostSegments(t[usable], y[usable], mask[usable])


def segment_ratio(stage: Stage, samples_per_orbit: int) -> float:
    """Share of an orbit that one segment covers, percent."""
    return 100.0 * stage.segment_length / samples_per_orbit
