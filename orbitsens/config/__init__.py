"""The sweep file: its schema, its expansion into runs, and stable hashes. Knows no JAX."""

from orbitsens.config.artifact_name import (
    ArtifactName as ArtifactName,
    is_artifact as is_artifact,
    parse_artifact as parse_artifact,
)
from orbitsens.config.data import Data as Data
from orbitsens.config.dataset_file import read_orbit_file as read_orbit_file
from orbitsens.config.dataset_name import (
    FAMILIES as FAMILIES,
    SAMPLES_PER_ORBIT as SAMPLES_PER_ORBIT,
    DatasetName as DatasetName,
    parse_dataset_name as parse_dataset_name,
    test_twin as test_twin,
)
from orbitsens.config.errors import ConfigError as ConfigError, closest as closest
from orbitsens.config.expand import Fetch as Fetch, RunConfig as RunConfig, expand as expand
from orbitsens.config.fit import (
    DataShape as DataShape,
    data_doubts as data_doubts,
    data_shape as data_shape,
    training_segments as training_segments,
)
from orbitsens.config.logged import (
    OTHER_KEYS as OTHER_KEYS,
    LoggedConfig as LoggedConfig,
    is_seed as is_seed,
    left_out as left_out,
    read_logged as read_logged,
)
from orbitsens.config.parameters import (
    SCHEDULE_KEYS as SCHEDULE_KEYS,
    SEED_KEYS as SEED_KEYS,
    Parameters as Parameters,
)
from orbitsens.config.split import (
    Split as Split,
    batches_per_epoch as batches_per_epoch,
    n_training_segments as n_training_segments,
    split_numbers as split_numbers,
    split_sizes as split_sizes,
)
from orbitsens.config.spreadsheet import harmless as harmless, harmless_cells as harmless_cells
from orbitsens.config.stage import Stage as Stage
from orbitsens.config.sweepfile import (
    SweepFile as SweepFile,
    load_sweep_file as load_sweep_file,
)
