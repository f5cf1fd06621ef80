"""Stored models on named datasets, each measured once per model, dataset and numerics."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from orbitsens.config import ConfigError, Parameters, parse_dataset_name, read_logged, test_twin
from orbitsens.datasets import Dataset, make_dataset
from orbitsens.evaluate import Evaluation, evaluate_pointwise, evaluate_rollout
from orbitsens.metrics import POINTWISE
from orbitsens.model import LoadedModel
from orbitsens.rollout import ROLLOUT
from orbitsens.segments import split_orbits
from orbitsens.version import NUMERICS, __version__
from runner.targets import Target, load
from store.connect import StoreError, read_catalogue
from store.evaluations import (
    DatasetEvaluation,
    evaluation_store,
    evaluation_stores,
    measured_where,
    publish_evaluations,
    stored_evaluations,
)

OVER_SAMPLES, OVER_ORBITS = "mean over samples", "mean over orbits that did not fail"
# What the split of a run's orbits depends on; its schedules may be what orbitsens would refuse.
_OF_THE_SPLIT = ("train_val_split", "num_trajs", "seed", "split_seed")
OnProgress = Callable[[float, str], None]


class Wanted(NamedTuple):
    """Orbits to evaluate one model on."""

    target: Target
    dataset: str
    split: str


def datasets_wanted(store: Path, targets: Sequence[Target], names: Sequence[str], rollout: bool) -> list[Wanted]:
    """What is to be measured on named datasets that has not been with this code.

    Raises:
        ConfigError: a name is no dataset's.
    """
    parsed = [parse_dataset_name(name) for name in names]
    have = _have(store, targets)
    metrics = (*POINTWISE, *ROLLOUT) if rollout else tuple(POINTWISE)
    wanted = [Wanted(target, str(name), name.split or "test") for target in targets for name in parsed]
    return [w for w in wanted if any((w.target.model_sha256, m, w.dataset, w.split) not in have for m in metrics)]


def _have(store: Path, targets: Sequence[Target]) -> set[tuple[str, str, str, str]]:
    rows = _stored(store, targets)
    return set(rows[["model_sha256", "metric", "dataset", "split"]].itertuples(index=False, name=None))


def _stored(store: Path, targets: Sequence[Target]) -> pd.DataFrame:
    """What models were measured at with this code, wherever that is kept."""
    found = []
    for place in evaluation_stores(store):
        with read_catalogue(place) as con:
            found.append(stored_evaluations(con, [t.model_sha256 for t in targets]))
    rows = pd.concat(found)
    return rows[rows["numerics"] == NUMERICS]


def missing(store: Path, targets: Sequence[Target], on_problem: Callable[[str], None]) -> list[Wanted]:
    """What runs should have been measured at and were not: pointwise, on their training, validation and test orbits.

    `on_problem` is told, in a sentence, of each run whose orbits cannot be made or whose model cannot be read.
    """
    with read_catalogue(store) as con:
        have = measured_where(con, [t.run_key for t in targets])
    later = _have(store, targets)
    wanted = []
    for target in targets:
        try:
            parts = _parts(load(target).config)
        except (ConfigError, StoreError) as error:
            on_problem(f"Run {target.run_id} is left out: {error}")
            continue
        for name, split in parts:
            if any(
                (target.run_key, metric, name, split) not in have
                and (target.model_sha256, metric, name, split) not in later
                for metric in POINTWISE
            ):
                wanted.append(Wanted(target, name, split))
    return wanted


def _parts(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The dataset and split of all orbits that a run is measured on.

    Raises:
        ConfigError: its orbits are in a file, or it does not say which they are.
    """
    known = read_logged(config).known
    name = known.get("dataset_name")
    if name is None or known.get("dataset_file") is not None:
        raise ConfigError("its training orbits are not a dataset that is known by name.")
    parts = [(name, "train"), (known.get("test_dataset") or test_twin(name), "test")]
    whole = split_orbits(make_dataset(name), _parameters(config)).validation is None
    return parts if whole else [*parts, (name, "val")]


def _parameters(config: Mapping[str, Any]) -> Parameters:
    known = read_logged(config).known
    return Parameters.model_validate({name: known[name] for name in _OF_THE_SPLIT if name in known})


def evaluate_datasets(
    store: Path,
    wanted: Sequence[Wanted],
    *,
    rollout: bool,
    whole: bool,
    on_progress: OnProgress,
    on_wait: Callable[[str], None],
) -> None:
    """Measure models on datasets and put the results into the store.

    `whole`: all orbits of a dataset, whatever part of it the run trained on; else the split's part.

    Raises:
        StoreError: a model cannot be read, or the store not be written.
    """
    results: list[DatasetEvaluation] = []
    for i, one in enumerate(wanted):
        on_progress(i / len(wanted), f"run {one.target.run_id} on {one.dataset}")
        loaded = load(one.target)
        orbits = make_dataset(one.dataset) if whole else _part(loaded, one)
        results += _rows_of(one, evaluate_pointwise([loaded.model], orbits, loaded.units)[0], OVER_SAMPLES)
        if rollout:
            results += _rows_of(one, evaluate_rollout(loaded.model, orbits, loaded.units), OVER_ORBITS)
    if results:
        on_progress(1.0, "writing to the store")
        publish_evaluations(evaluation_store(store), results, on_wait=on_wait)


def _part(loaded: LoadedModel, one: Wanted) -> Dataset:
    if one.split == "test":
        return make_dataset(one.dataset)
    data = split_orbits(make_dataset(one.dataset), _parameters(loaded.config))
    if one.split == "val" and data.validation is not None:
        return data.validation
    return data.training


def _rows_of(one: Wanted, evaluation: Evaluation, aggregation: str) -> Iterable[DatasetEvaluation]:
    return [
        DatasetEvaluation(
            model_sha256=one.target.model_sha256,
            metric=name,
            dataset=one.dataset,
            split=one.split,
            aggregation=aggregation,
            value=measured.mean,
            n_orbits=evaluation.n_orbits,
            n_failed=evaluation.n_failed,
            code_version=__version__,
            numerics=NUMERICS,
            per_orbit=measured.per_orbit.tolist(),
        )
        for name, measured in evaluation.metrics.items()
    ]


def dataset_json(store: Path, target: Target) -> dict[str, Any]:
    """What a model was measured at on named datasets with this code, by dataset; null for what is not finite."""
    found: dict[str, Any] = {}
    for row in _stored(store, [target]).to_dict("records"):
        one = found.setdefault(row["dataset"], {"split": row["split"], "n_orbits": row["n_orbits"], "metrics": {}})
        numbers = [_finite(x) for x in row["per_orbit"]]
        told = {"n_failed": row["n_failed"], "aggregation": row["aggregation"]}
        one["metrics"][row["metric"]] = {"mean": _finite(row["value"]), **told, "per_orbit": numbers}
    return found


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
