"""A store whose every run is of one generation, so that a half-seen sync would show; and processes that work on it.

Run as `python -m tests.store.generations STORE FIRST`: publish generations from FIRST on, acknowledging each on stdout.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.publish import publish
from store.records import ModelFile, RunRecord
from tests.factories import TEST, run_record

GROUP = "generations"
N_RUNS = 6


def generation(number: int) -> list[RunRecord]:
    """All runs of a generation: its number stands in every table, in every curve and in every model."""
    return [_run(seed, number) for seed in range(N_RUNS)]


def seen(store: Path) -> int:
    """Return the one generation that a reader sees.

    Raises:
        AssertionError: tables, curves or models are of more than one generation, or runs are missing.
    """
    with read_catalogue(store) as con:
        table = queries.run_metric(con, of_group(GROUP), "acceleration_error", TEST, "test")
        history = queries.history(con, store, list(table["run_key"]), None)
        details = [queries.run(con, run_key) for run_key in table["run_key"]]
        orbits = [queries.run_orbit_metrics(con, run_key)["value"].iloc[0] for run_key in table["run_key"]]
    numbers = {
        *(int(name.removeprefix("generation ")) for name in table["name"]),
        *table["width"].astype(int),
        *table["value"].astype(int),
        *history["train_loss"].astype(int),
        *(int(detail.extra_parameters["generation"]) for detail in details),
        *(int(detail.history_stats["last"].iloc[0]) for detail in details),
        *(int((store / "models" / str(detail.model_file)).read_text()) for detail in details),
        *map(int, orbits),
    }
    assert len(table) == history["run_key"].nunique() == N_RUNS, f"{len(table)} of {N_RUNS} runs"
    assert len(numbers) == 1, f"generations {sorted(numbers)} at once"
    return numbers.pop()


def _run(seed: int, number: int) -> RunRecord:
    record = run_record(seed, group=GROUP, run_id=f"run{seed}", n_steps=0)
    config = dict(record.config)
    config["parameters"] = {**config["parameters"], "width": number, "generation": number}
    summary = {
        "evaluations": [
            {
                "dataset": TEST,
                "split": "test",
                "metrics": {"acceleration_error": {"mean": number, "per_orbit": [number]}},
            }
        ]
    }
    history = pa.table({"step": [1, 2, 3], "train_loss": [float(number)] * 3})
    return replace(record, name=f"generation {number}", config=config, summary=summary, history=history)


def with_models(records: list[RunRecord], folder: Path) -> list[RunRecord]:
    """Give each run a model file that holds the generation's number."""
    folder.mkdir(parents=True, exist_ok=True)
    result = []
    for record in records:
        number = record.config["parameters"]["generation"]
        path = folder / f"{record.run_id}-{number}.eqx"
        path.write_text(str(number))
        result.append(replace(record, model=ModelFile(path, record.run_id)))
    return result


def publish_generation(store: Path, number: int) -> None:
    records = with_models(generation(number), store.parent / "sources")
    publish(store, records, source="local", on_wait=print)


def publish_for_ever(store: Path, first: int, acknowledge: int) -> None:
    """Publish one generation after the other, writing each number to the file descriptor once it is published."""
    for number in range(first, 10_000):
        publish_generation(store, number)
        os.write(acknowledge, f"{number}\n".encode())


if __name__ == "__main__":
    publish_for_ever(Path(sys.argv[1]), int(sys.argv[2]), 1)
