"""What only parameters and data together can tell."""

from typing import NamedTuple

from orbitsens.config.data import Data
from orbitsens.config.dataset_file import read_orbit_file
from orbitsens.config.dataset_name import SAMPLES_PER_ORBIT, parse_dataset_name
from orbitsens.config.errors import ConfigError
from orbitsens.config.parameters import Parameters
from orbitsens.config.split import batches_per_epoch, n_training_segments, split_sizes


class DataShape(NamedTuple):
    """What a run's training data amounts to: the samples of each orbit, and whether all orbits lie in z = 0."""

    lengths: tuple[int, ...]
    planar: bool


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
    used = shape.lengths if parameters.num_trajs == -1 else shape.lengths[: parameters.num_trajs]
    for stage in parameters.stages:
        if stage.segment_length > min(used):
            raise ValueError(
                f"segment_length_strategy: a segment of {stage.segment_length} samples is longer than an orbit "
                f"of {data.dataset_name}, whose orbit {used.index(min(used))} has {min(used)}"
            )
    n_train, _ = split_sizes(len(used), parameters.train_val_split)
    if n_train == 0:
        raise ValueError(
            f"train_val_split: {parameters.train_val_split} of the orbits leaves none to train on; raise it"
        )
    if parameters.planar_constraint and not shape.planar:
        raise ValueError(
            f"planar_constraint: {data.dataset_name} is not planar, and true would suppress its motion along z; "
            "write false, or leave the key out"
        )


def steps_of_epochs(parameters: Parameters, shape: DataShape) -> tuple[int, ...]:
    """The optimiser steps of each stage that `epochs_strategy` asks for."""
    epochs = parameters.epochs_strategy or ()
    per_stage = epochs * len(parameters.stages) if len(epochs) == 1 else epochs
    return tuple(
        n * batches_per_epoch(n_training_segments(parameters, stage, shape.lengths), parameters.batch_size)
        for n, stage in zip(per_stage, parameters.stages, strict=True)
    )
