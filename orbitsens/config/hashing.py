"""Stable hashes of a run's configuration and of its setting (everything but the seeds)."""

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from orbitsens.config.data import Data
from orbitsens.config.parameters import SCHEDULE_KEYS, SEED_KEYS, Parameters

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class Hashes(NamedTuple):
    """16 hex digits each, equal on every machine and in every version.

    `config` is equal for runs that compute the same, `setting` for those that differ by their seeds alone.
    """

    config: str
    setting: str


def run_hashes(parameters: Parameters, data: Data, extra: Mapping[str, object]) -> Hashes:
    """Hash what a run computes.

    Keys at their default do not enter, so a key added to orbitsens later leaves old hashes as they are.
    """
    values = parameters.model_dump(mode="json", exclude_defaults=True)
    # Schedules enter as their stages, so that [4] and [4, 4] of a two-stage run are the same run, and so are epochs
    # and the steps that they come to.
    content = {k: v for k, v in values.items() if k not in SCHEDULE_KEYS}
    content["stages"] = [stage._asdict() for stage in parameters.stages]
    document = {"parameters": content, "data": data.dataset_name, "test": data.test_name, "extra": dict(extra)}
    # Files enter by their content: where they lie, and whether the checksum was written or noted, does not matter.
    document |= {
        key: checksum or file
        for key, file, checksum in (
            ("dataset_file", data.dataset_file, data.dataset_sha256),
            ("test_file", data.test_file, data.test_sha256),
        )
        if file is not None
    }
    config = _digest(document)
    for key in SEED_KEYS:
        content.pop(key, None)
    return Hashes(config, _digest(document))


def _digest(document: Mapping[str, object]) -> str:
    return hashlib.sha256(_CANONICAL.encode(document).encode()).hexdigest()[:16]
