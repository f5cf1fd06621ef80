"""A synthetic run store: `python -m benchmarks.make_store DIR [--runs 10000]`.

Five hundred runs are published as any others are: five kinds of studies, in all states, with histories and model
files. The rest are copies of theirs with other seeds and numbers, made in the catalogue itself.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from store.drafts import draft, put_in_force
from store.layout import catalogue_path, store_version
from store.publish import publish
from store.records import RunRecord, State
from tests.factories import replaced, run_record

SEEDS = 20  # of each setting
SETTINGS = 500  # that are published
MULTIPLY = Path(__file__).parent / "sql" / "multiply_runs.sql"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--runs", type=int, default=10_000, help="to the next thousand")
    chosen = parser.parse_args()
    began = time.perf_counter()
    n = make_store(chosen.store, chosen.runs)
    version = store_version(chosen.store)
    assert version is not None
    megabytes = catalogue_path(chosen.store, version).stat().st_size / 1e6
    seconds = time.perf_counter() - began
    print(f"{chosen.store}: {n:,} runs, catalogue of {megabytes:.0f} MB, made in {seconds:.0f} s")


def make_store(store: Path, n_runs: int) -> int:
    """Make a store of that many runs, rounded up to a multiple of the settings; return how many they are."""
    models = store.with_name(store.name + "-models")
    models.mkdir(parents=True)
    publish(store, records(models), source="local", on_wait=print)
    copies = -(-n_runs // SETTINGS)
    version = store_version(store)
    assert version is not None
    with draft(store, version, version + 1) as con:
        for statement in con.extract_statements(MULTIPLY.read_text()):
            con.execute(statement, {name: value for name, value in _bound(copies) if f"${name}" in statement.query})
    put_in_force(store, version + 1)
    return copies * SETTINGS


def _bound(copies: int) -> Iterator[tuple[str, int]]:
    yield from (("copies", copies), ("seeds", SEEDS))


def records(models: Path) -> Iterator[RunRecord]:
    """One run of each setting; the last study is the newest."""
    rng = np.random.default_rng(5)
    days = 30
    for group, settings in studies().items():
        days -= 5
        for i, parameters in enumerate(settings):
            states: list[State] = ["finished"] * 20 + ["crashed", "failed", "killed", "running"]
            state = states[int(rng.integers(len(states)))] if len(settings) > 10 else "finished"
            error = 5.0 + 60.0 / parameters.get("width", 64) + 2.0 * rng.random()
            record = run_record(
                0,
                group=group,
                run_id=f"{group}-{i}",
                parameters=parameters,
                test_error=error,
                state=state,
                model_dir=models,
            )
            assert record.created_at is not None
            orbits = parameters.get("num_trajs", -1)
            counts = {"num_train_orbits": orbits} if orbits > 0 else {}
            ratio = parameters.get("segment_length_strategy", [4])[0] / 3.6
            summary = {**record.summary, **counts, "segment_ratio_final": ratio}
            yield replaced(record, summary=summary, created_at=record.created_at - timedelta(days=days))


def studies() -> dict[str, list[dict[str, Any]]]:
    """Parameters of the settings of each study, five hundred in all."""
    rng = np.random.default_rng(3)
    random = [
        {
            "lr_strategy": [round(float(10 ** rng.uniform(-4, -2)), 6)],
            "rtol": float(10 ** rng.uniform(-8, -4)),
            "width": int(rng.choice([16, 32, 64, 128])),
            "activation": str(rng.choice(["leaky_relu", "tanh", "gelu"])),
        }
        for _ in range(300)
    ]
    sizes = product((16, 32, 64, 96, 128), (1, 2, 3, 4, 5), (32, 64, 128, 256))
    return {
        "random-search": random,
        "batch": [{"batch_size": size} for size in (8, 16, 32, 64, 128, 256, 512)],
        "seeds": [{}],
        "segment-ratio": [
            {"segment_length_strategy": [length], "num_trajs": n}
            for length in (4, 9, 18, 36, 45, 60, 72, 90, 120, 144, 180, 216, 240, 288, 324, 360)
            for n in (2, 4, 6, 8, 10, -1)
        ][:92],
        "architecture": [{"width": w, "depth": d, "batch_size": b} for w, d, b in sizes],
    }


if __name__ == "__main__":
    main()
