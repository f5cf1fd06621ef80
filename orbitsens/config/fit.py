"""What only parameters and data together can tell."""

import itertools
from dataclasses import dataclass
from functools import cached_property

from orbitsens.config.data import Data
from orbitsens.config.dataset_file import read_orbit_file
from orbitsens.config.dataset_name import SAMPLES_PER_ORBIT, parse_dataset_name
from orbitsens.config.errors import ConfigError
from orbitsens.config.parameters import Parameters
from orbitsens.config.split import batches_per_epoch, n_training_segments, split_sizes
from orbitsens.config.stage import Stage


@dataclass(frozen=True)
class DataShape:
    """What a run's training data amounts to: the samples of each orbit, and whether all orbits lie in z = 0."""

    lengths: tuple[int, ...]
    planar: bool

    @cached_property
    def shortest(self) -> tuple[int, ...]:
        """The samples of the shortest among the first 1, 2, ... orbits."""
        return tuple(itertools.accumulate(self.lengths, min))

    @cached_property
    def equal(self) -> bool:
        """Whether all orbits have the same number of samples."""
        return len(set(self.lengths)) == 1


def data_shape(data: Data) -> DataShape:
    """The shape of a run's training data; a file is read for it.

    Raises:
        ConfigError: the file cannot be read or is not usable.
    """
    path = data.path_of("dataset_file")
    if path is None:
        name = parse_dataset_name(data.dataset_name)
        return DataShape((SAMPLES_PER_ORBIT,) * name.n, name.planar)
    orbits = read_orbit_file(path).orbits
    planar = all(not orbit.y[:, [2, 5]].any() for orbit in orbits)
    return DataShape(tuple(orbit.t.size for orbit in orbits), planar)


def data_doubts(data: Data) -> tuple[str, ...]:
    """What is doubtful about the files of a run's data, such as their units, in sentences that name the file's label.

    Raises:
        ConfigError: a file cannot be read or is not usable.
    """
    files = ((data.dataset_name, data.path_of("dataset_file")), (data.test_name, data.path_of("test_file")))
    return tuple(f"{label}, {doubt}" for label, path in files if path for doubt in read_orbit_file(path).doubts)


def with_checksums(data: Data) -> Data:
    """Note the checksums of the files.

    Raises:
        ConfigError: a file cannot be read, or has another checksum than the one that stands there.
    """
    noted: dict[str, object] = {}
    for sum_key, path, expected in (
        ("dataset_sha256", data.path_of("dataset_file"), data.dataset_sha256),
        ("test_sha256", data.path_of("test_file"), data.test_sha256),
    ):
        if path is None:
            continue
        found = read_orbit_file(path)
        if expected not in (None, found.sha256):
            raise ConfigError(f"data.{sum_key}: {path} is another file: its checksum is {found.sha256}.")
        noted[sum_key] = found.sha256
    return data.model_copy(update=noted)


def check_fit(parameters: Parameters, data: Data, shape: DataShape) -> None:
    """Check what only parameters and data together can tell.

    Raises:
        ValueError: more orbits asked for than there are, no training orbit left, a segment longer than an orbit, or
            motion out of the plane that would be suppressed.
    """
    n = len(shape.lengths)
    if parameters.num_trajs > n:
        raise ValueError(f"num_trajs: {parameters.num_trajs} orbits asked for, but {data.dataset_name} has {n}")
    n_used = n if parameters.num_trajs == -1 else parameters.num_trajs
    least = shape.shortest[n_used - 1]
    for length in parameters.segment_length_strategy:
        if length > least:
            raise ValueError(
                f"segment_length_strategy: a segment of {length} samples is longer than an orbit "
                f"of {data.dataset_name}, whose orbit {shape.lengths.index(least)} has {least}"
            )
    n_train, _ = split_sizes(n_used, parameters.train_val_split)
    if n_train == 0:
        raise ValueError(
            f"train_val_split: {parameters.train_val_split} of the orbits leaves none to train on; raise it"
        )
    if parameters.planar_constraint and not shape.planar:
        raise ValueError(
            f"planar_constraint: {data.dataset_name} is not planar, and true would suppress its motion along z; "
            "write false, or leave the key out"
        )


def training_segments(parameters: Parameters, stage: Stage, shape: DataShape) -> int:
    """Segments that train in a stage: as `n_training_segments`, without a draw where all orbits are as long."""
    if not shape.equal:
        return n_training_segments(parameters, stage, shape.lengths)
    n = len(shape.lengths) if parameters.num_trajs == -1 else parameters.num_trajs
    return split_sizes(n, parameters.train_val_split)[0] * (shape.lengths[0] // stage.segment_length)


def steps_of_epochs(parameters: Parameters, shape: DataShape) -> tuple[int, ...]:
    """The optimiser steps of each stage that `epochs_strategy` asks for."""
    epochs = parameters.epochs_strategy or ()
    per_stage = epochs * len(parameters.stages) if len(epochs) == 1 else epochs
    return tuple(
        n * batches_per_epoch(training_segments(parameters, stage, shape), parameters.batch_size)
        for n, stage in zip(per_stage, parameters.stages, strict=True)
    )
