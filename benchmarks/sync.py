"""How long a sync takes, and how large and fast the catalogue is: `python -m benchmarks.sync [--runs N] [--rows N]`.

Local runs are copies of one real W&B run with other ids, seeds and numbers left as they are: what a sync does with a
run does not depend on its numbers.
"""

import argparse
import resource
import struct
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from wandb.proto.wandb_internal_pb2 import Record

from benchmarks.timing import write_result
from orbitsens.config import RunConfig, expand
from orbitsens.config.sweepfile import parse_sweep
from runner.sync import sync_local
from runner.tracking import finish_run, log_rows, start_run
from runner.wandb_framing import BLOCK, FILE_HEAD, FIRST, FRAGMENT_HEAD, FULL, LAST, MIDDLE, read_records
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.publish import publish
from store.records import RunRecord
from tests.factories import run_record

STEPS, METRICS = 1500, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="local runs of 1,500 steps x 12 metrics")
    parser.add_argument("--rows", type=int, default=100_000, help="runs of config and summary in a catalogue")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="orbitsens-bench-") as folder:
        if chosen.runs:
            rows += local_runs(Path(folder), chosen.runs)
        if chosen.rows:
            rows.append(many_rows(Path(folder) / "large", chosen.rows))
    print(write_result("sync", rows))


def local_runs(folder: Path, n: int) -> Iterator[dict[str, Any]]:
    """Sync local runs twice; seconds on the clock and of the processor."""
    wandb_dir, store = folder / "wandb", folder / "store"
    copies(one_run(folder / "one" / "wandb"), wandb_dir, n)
    for what in ("first", "second"):
        began, cpu_before = time.perf_counter(), cpu_seconds()
        report = sync_local(wandb_dir, ["bench"], store, print, lambda done, total: None)
        seconds = time.perf_counter() - began
        outcome = f"{len(report.new)} new, {len(report.unchanged)} unchanged, {len(report.failed)} failed"
        cpu = cpu_seconds() - cpu_before
        runs = f"{n} local runs of {STEPS} steps x {METRICS} metrics"
        print(f"{what} sync of {runs}: {seconds:.1f} s, {cpu:.1f} s of processor time ({outcome})", flush=True)
        yield {"what": f"{what} sync", "runs": n, "seconds": seconds, "processor_seconds": cpu, "outcome": outcome}


def cpu_seconds() -> float:
    """Processor time of this process and of those that it started and that have ended."""
    return sum(
        u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def many_rows(store: Path, n: int) -> dict[str, Any]:
    """Size of a catalogue of n runs, and milliseconds of its queries."""
    began = time.perf_counter()
    publish(store, records(n), source="local", on_wait=print)
    seconds = time.perf_counter() - began
    (path,) = store.glob("catalogue-*.duckdb")
    megabytes = path.stat().st_size / 1e6
    print(f"catalogue of {n:,} runs of config and summary: {megabytes:.0f} MB, written in {seconds:.0f} s", flush=True)
    with read_catalogue(store) as con:
        measured = ("acceleration_error", "complex_TBP_planar_10_test", "test")
        choose = partial(queries.run_metric, con, of_group("group 7"), *measured)
        query_ms = best(lambda: con.sql(GROUP_BY).fetchall())
        groups_ms, choose_ms = best(lambda: queries.groups(con)), best(choose)
    print(f"filtered group-by query: {query_ms:.0f} ms")
    print(f"groups: {groups_ms:.0f} ms; run_metric of one of them: {choose_ms:.0f} ms")
    return {
        "what": "catalogue",
        "runs": n,
        "seconds": seconds,
        "megabytes": megabytes,
        "group_by_ms": query_ms,
        "groups_ms": groups_ms,
        "run_metric_ms": choose_ms,
    }


GROUP_BY = """
SELECT p.width, p.depth, count(*), avg(m.value), stddev(m.value)
FROM runs r JOIN parameters p USING (run_key) JOIN metrics m USING (run_key)
WHERE r.state = 'finished' AND m.metric = 'acceleration_error' AND m.split = 'test' AND p.seed < 50
GROUP BY ALL ORDER BY ALL
"""


def best(call: Callable[[], object], n: int = 5) -> float:
    """Milliseconds of the fastest of n calls."""
    times = []
    for _ in range(n):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def records(n: int) -> Iterator[RunRecord]:
    """Runs without histories: 20 groups, 100 seeds, ten widths and five depths."""
    made = {w: run_record(0, parameters={"width": w}, n_steps=1) for w in range(10, 110, 10)}
    for i in range(n):
        origin = made[10 * (1 + i % 10)]
        keys = {"seed": i % 100, "depth": 1 + (i // 10) % 5}
        config = dict(origin.config) | {"parameters": {**origin.config["parameters"], **keys}}
        yield replace(
            origin, run_id=f"r{i:06}", group=f"group {i % 20}", config=config, history=origin.history.slice(0, 0)
        )


def run_config() -> RunConfig:
    data = {"dataset_name": "complex_TBP_planar_10_train"}
    return expand(parse_sweep({"wandb": {"group": "bench"}, "data": data, "parameters": {"seed": 0}}))[0]


def one_run(wandb_dir: Path) -> Path:
    """A real W&B run of 1,500 rows of 12 metrics, with evaluations and a model."""
    run = start_run(run_config(), run_id="origin", name="origin", mode="offline", wandb_dir=wandb_dir, code={})
    rng = np.random.default_rng(0)
    log_rows(run, {"step": np.arange(1, STEPS + 1)} | {f"metric_{i}": rng.random(STEPS) for i in range(METRICS)})
    model = wandb_dir.parent / "model.eqx"
    model.write_bytes(b"{}\n" + rng.bytes(36_000))
    metrics = {name: {"mean": 1.0, "per_orbit": rng.random(10)} for name in ("acceleration_error", "accel_angle_deg")}
    evaluations = [{"dataset": "d", "split": split, "n_orbits": 10, "metrics": metrics} for split in ("train", "test")]
    finish_run(run, {"evaluations": evaluations}, model)
    return run.directory


def copies(origin: Path, wandb_dir: Path, n: int) -> None:
    """Copy a run's directory n times, each with an id of its own."""
    contents = list(read_records((origin / "run-origin.wandb").read_bytes()))
    model = (origin / "files" / "origin.eqx").read_bytes()
    for i in range(n):
        run_id = f"copy{i:05}"
        directory = wandb_dir / f"offline-run-20260128_120000-{run_id}"
        (directory / "files").mkdir(parents=True)
        (directory / "files" / "origin.eqx").write_bytes(model)
        (directory / f"run-{run_id}.wandb").write_bytes(framed(renamed(contents, run_id)))


def renamed(contents: Iterable[bytes], run_id: str) -> Iterator[bytes]:
    for content in contents:
        if b"origin" not in content:
            yield content
            continue
        record = Record.FromString(content)
        if record.HasField("run"):
            record.run.run_id = run_id
        yield record.SerializeToString()


def framed(contents: Iterable[bytes]) -> bytes:
    """Write records in the format that `runner.wandb_framing` reads."""
    out = bytearray(FILE_HEAD)
    for content in contents:
        rest, first = memoryview(content), True
        while first or rest:
            left = BLOCK - len(out) % BLOCK
            if left < FRAGMENT_HEAD.size:
                out += bytes(left)
                left = BLOCK
            part, rest = rest[: left - FRAGMENT_HEAD.size], rest[left - FRAGMENT_HEAD.size :]
            kind = (FULL if first else LAST) if not rest else (FIRST if first else MIDDLE)
            checksum = zlib.crc32(part, zlib.crc32(bytes([kind])))
            out += struct.pack("<IHB", checksum, len(part), kind) + part
            first = False
    return bytes(out)


if __name__ == "__main__":
    main()
