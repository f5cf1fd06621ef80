"""The note's seeding study, from the command to the synced store: `python -m benchmarks.sweep_end_to_end [--alone 2]`.

Whole processes, importing, compiling, logging and syncing included, with an empty compilation cache. Against the same
number of runs one after another: some are trained alone, each in a process, by the loop of diffrax's documentation
(without logging or metrics, which makes it look better) and by our own command, and their time is scaled.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.engine import SWEEP
from benchmarks.timing import RESULTS, device_name, write_result

RUNS = 20
ALONE = """
from benchmarks.engine import note_runs
from benchmarks.peers import diffrax_documentation_loop
from orbitsens.prepare import stage_data, training_data
run = note_runs(1)[0]
diffrax_documentation_loop(run.parameters, stage_data(run, training_data(run))[0].training)(1500)
"""


def seconds_of(*arguments: str) -> float:
    """Wall time of a Python process with an empty compilation cache and a store and W&B folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "JAX_COMPILATION_CACHE_DIR": f"{folder}/cache",
            "ORBITSENS_STORE": f"{folder}/store",
            "WANDB_DIR": folder,
        }
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, env=os.environ | own, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", type=int, default=2, help="runs of each kind that are trained alone")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    sweep = ("-m", "runner", "sweep", str(SWEEP))
    together = seconds_of(*sweep)
    loop = statistics.median(seconds_of("-c", ALONE) for _ in range(options.alone))
    ours = statistics.median(seconds_of(*sweep, "--set", f"seed={seed}") for seed in range(options.alone))
    print(f"sweep_end_to_end on {device_name()}: {RUNS} runs of 1,500 steps")
    rows = [{"what": "python -m runner sweep, 20 runs", "seconds": together, "ratio": 1.0}]
    for what, alone in (("diffrax's documentation", loop), ("python -m runner sweep", ours)):
        rows.append({"what": f"{what}, one by one", "seconds": RUNS * alone, "ratio": RUNS * alone / together})
    for row in rows:
        print(f"{row['what']:40}{row['seconds']:8.0f} s{row['ratio']:7.1f} times as long")
    print(write_result("sweep_end_to_end", rows, options.out))


if __name__ == "__main__":
    main()
