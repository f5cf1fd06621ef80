"""Timing: compile apart from run, medians, and results as JSON with the device's name."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax

RESULTS = Path(__file__).parent / "results"


class Timed(NamedTuple):
    """Seconds until the first call returned, and the median seconds of one unit of work after that."""

    first: float
    each: float


def timed(make: Callable[[], Callable[[int], object]], units: int, repeats: int) -> Timed:
    """Time `work = make()` and its first `work(units)`, compiling included, then `repeats` times `work(units)`."""
    began = time.perf_counter()
    work = make()
    work(units)
    first = time.perf_counter() - began
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        work(units)
        seconds.append((time.perf_counter() - began) / units)
    return Timed(first, statistics.median(seconds))


def device_name() -> str:
    """The accelerator's name, or the number of cores that this process may use."""
    device = jax.devices()[0]
    if device.platform != "cpu":
        return str(device.device_kind)
    return f"CPU {platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def write_result(name: str, rows: list[dict[str, Any]], folder: Path = RESULTS) -> Path:
    """Write rows to `<folder>/<name>-<device>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    device = device_name()
    path = folder / f"{name}-{''.join(c if c.isalnum() else '-' for c in device).lower()}.json"
    load = os.getloadavg()[0]
    document = {"benchmark": name, "device": device, "jax": jax.__version__, "load_average": load, "rows": rows}
    path.write_text(json.dumps(document, indent=2) + "\n")
    return path
