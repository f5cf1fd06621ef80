"""Which orbits train and which validate, and how many segments they make."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from orbitsens.config.parameters import Parameters
from orbitsens.config.stage import Stage


class Split(NamedTuple):
    """Orbit numbers of a dataset, ascending: those that train, and those that validate (perhaps none)."""

    training: np.ndarray
    validation: np.ndarray


def split_sizes(n_orbits: int, train_val_split: float) -> tuple[int, int]:
    """Numbers of training and of validation orbits, the training share rounded to the nearest orbit."""
    n_train = round(n_orbits * train_val_split)
    return n_train, n_orbits - n_train


def split_numbers(n_available: int, parameters: Parameters) -> Split:
    """Take `num_trajs` orbits (the first ones) and split them, by orbit, at random by the split's seed.

    With `train_val_split` 1 the orbits keep their order.
    """
    n = n_available if parameters.num_trajs == -1 else parameters.num_trajs
    n_train, n_val = split_sizes(n, parameters.train_val_split)
    seed = parameters.seed if parameters.split_seed is None else parameters.split_seed
    order = np.random.default_rng([seed, 0x5911]).permutation(n) if n_val else np.arange(n)
    return Split(np.sort(order[:n_train]), np.sort(order[n_train:]))


def n_training_segments(parameters: Parameters, stage: Stage, lengths: Sequence[int]) -> int:
    """Segments that train in a stage, of a dataset whose orbits have `lengths` samples."""
    training = split_numbers(len(lengths), parameters).training
    return int(np.sum(np.asarray(lengths)[training] // stage.segment_length))


def batches_per_epoch(n_segments: int, batch_size: int) -> int:
    """Steps of one pass over the segments; those that do not fill a last batch are left out of that pass."""
    return max(1, n_segments // batch_size)
