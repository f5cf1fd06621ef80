"""Arithmetic that training steps achieve, against matrix products of the same shapes: `python -m benchmarks.roofline`.

Both measured in the same call; only the hidden layers' products count as arithmetic.
"""

import argparse
from pathlib import Path

from benchmarks.engine import BLOCK, matrix_products, note_runs, training_steps
from benchmarks.timing import RESULTS, device_name, timed, write_result
from orbitsens.device import use_every_core

RUNS = 20


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    use_every_core()
    rows = []
    print(f"roofline on {device_name()}: note's config, {RUNS} runs")
    print(f"{'width':>6}{'training GFLOP/s':>18}{'products GFLOP/s':>18}{'share':>8}")
    for width in options.widths:
        runs = note_runs(RUNS, f"width={width}")
        products, flops = matrix_products(runs[0].parameters, RUNS)
        floor = flops * RUNS / timed(lambda work=products: work, 5, 5).each / 1e9
        ours = flops * RUNS / timed(lambda runs=runs: training_steps(runs), BLOCK, 3).each / 1e9
        print(f"{width:6}{ours:18.1f}{floor:18.1f}{100 * ours / floor:7.0f}%", flush=True)
        rows.append({"width": width, "training_gflops": ours, "products_gflops": floor})
    print(write_result("roofline", rows, options.out))


if __name__ == "__main__":
    main()
