"""How a training step's time grows: `python -m benchmarks.scaling [--quick]`.

With the number of runs (1 to 256), the segments' length (4 to 360 samples) and the width (16 to 256), the note's config
otherwise. Each line is a process of its own, so that its peak memory is its own. `ms` is per run and step, after the
first 50 steps, in which fresh weights ask for more; `planned` is what `orbitsens.programs` would have estimated.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.engine import BLOCK, note_runs, training_steps
from benchmarks.timing import RESULTS, device_name, write_result
from orbitsens.device import use_every_core
from orbitsens.programs import step_seconds

LINES = {
    "runs": [(n, ()) for n in (1, 4, 20, 64, 256)],
    "segment length": [(6, (f"segment_length_strategy={n}",)) for n in (4, 12, 36, 90, 360)],
    "diffrax's engine": [(2, (f"segment_length_strategy={n}", "solver_engine=diffrax")) for n in (4, 12, 36, 90)],
    "width": [(20, (f"width={n}",)) for n in (16, 32, 64, 128, 256)],
}


def main() -> None:
    """Measure every line in a process of its own, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the first and the last line of each table")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.one:
        print(*measure(int(options.one[0]), tuple(options.one[1:])))
        return
    rows = []
    print(f"{'':16}{'':34}{'runs':>6}{'compile s':>11}{'ms':>9}{'planned':>9}{'peak GB':>9}")
    for what, lines in LINES.items():
        for n, overrides in [lines[0], lines[-1]] if options.quick else lines:
            command = [sys.executable, "-m", "benchmarks.scaling", "--one", str(n), *overrides]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            first, each, planned, peak = (float(x) for x in out.split()[-4:])
            print(
                f"{what:16}{' '.join(overrides):34}{n:6}{first:11.1f}{each:9.3f}{planned:9.3f}{peak:9.2f}", flush=True
            )
            row = {"what": what, "overrides": list(overrides), "runs": n, "compile_s": first, "ms": each}
            rows.append(row | {"planned_ms": planned, "peak_gb": peak})
    print(device_name())
    print(write_result("scaling", rows, options.out))


def measure(n: int, overrides: tuple[str, ...]) -> tuple[float, float, float, float]:
    """Seconds until the first block is done, ms per run and step measured and planned, and the peak memory in GB."""
    use_every_core()
    runs = note_runs(n, *overrides)
    began = time.perf_counter()
    steps = training_steps(runs)
    steps(BLOCK)
    first = time.perf_counter() - began
    blocks, began = 0, time.perf_counter()
    while blocks < 1 or time.perf_counter() - began < 5:
        steps(BLOCK)
        blocks += 1
    each = 1e3 * (time.perf_counter() - began) / (blocks * BLOCK * n)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return first, each, 1e3 * step_seconds(runs[0], runs[0].parameters.stages[0]), peak


if __name__ == "__main__":
    main()
