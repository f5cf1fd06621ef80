"""Stable hashes of a run's configuration and of its setting (everything but the seeds)."""

import hashlib
import json
from collections.abc import Collection, Mapping

from orbitsens.config.data import Data
from orbitsens.config.parameters import SCHEDULE_KEYS, SEED_KEYS, Parameters


def config_hash(parameters: Parameters, data: Data, extra: Mapping[str, object]) -> str:
    """Hash what a run computes: 16 hex digits, equal for equal runs, on every machine and in every version.

    Keys at their default do not enter, so a key added to orbitsens later leaves old hashes as they are.
    """
    return _digest(parameters, data, extra, leave_out=())


def setting_hash(parameters: Parameters, data: Data, extra: Mapping[str, object]) -> str:
    """Hash everything but the seeds: runs of one setting differ by their seeds alone."""
    return _digest(parameters, data, extra, leave_out=SEED_KEYS)


def _digest(parameters: Parameters, data: Data, extra: Mapping[str, object], leave_out: Collection[str]) -> str:
    values = parameters.model_dump(mode="json", exclude_defaults=True)
    # Schedules enter as their stages, so that [4] and [4, 4] of a two-stage run are the same run, and so are epochs
    # and the steps that they come to.
    content = {k: v for k, v in values.items() if k not in (*SCHEDULE_KEYS, *leave_out)}
    content["stages"] = [stage.model_dump(mode="json") for stage in parameters.stages]
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
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
