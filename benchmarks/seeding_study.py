"""Training the whole seeding study, compiling included, without logging: `python -m benchmarks.seeding_study`.

Against itself one run at a time: the first runs are also trained alone, and their time is scaled to all of them.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from benchmarks.timing import RESULTS, device_name, write_result
from benchmarks.train_step import SWEEP
from orbitsens.config import expand, load_sweep_file
from orbitsens.ensemble import BlockReport, train_program

ALONE = 2


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], help="override of the sweep file")
    options = parser.parse_args()
    runs = expand(load_sweep_file(SWEEP), options.set)
    last: list[BlockReport] = []
    rows = []
    for what, parts in (("together", [runs]), ("alone", [[run] for run in runs[:ALONE]])):
        began = time.perf_counter()
        for part in parts:
            train_program(part, last.append)
        n = sum(len(part) for part in parts)
        rows.append({"what": what, "runs": n, "seconds": time.perf_counter() - began})
    together, alone = rows
    ratio = alone["seconds"] / alone["runs"] * together["runs"] / together["seconds"]
    error = np.asarray(last[-1].rows.metrics["acceleration_error"])
    print(f"seeding study on {device_name()}: {together['runs']} runs together {together['seconds']:.1f} s")
    print(f"{ALONE} runs one by one {alone['seconds']:.1f} s: {ratio:.1f} times faster together")
    print(f"last acceleration error of a run trained alone: {error[0]:.2f} %")
    print(write_result("seeding_study", rows, options.out))


if __name__ == "__main__":
    main()
