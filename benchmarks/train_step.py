"""One training step at the note's config, per run: `python -m benchmarks.train_step [--repeats 5] [--runs 1 4 20]`.

Against the loop of diffrax's documentation, torchdiffeq (if it is installed) and the matrix products alone, all
measured in the same call, from the first weights on.
"""

import argparse
from pathlib import Path

from benchmarks.engine import BLOCK, matrix_products, note_runs, training_steps
from benchmarks.peers import diffrax_documentation_loop, torchdiffeq_loop
from benchmarks.timing import RESULTS, Timed, device_name, timed, write_result
from orbitsens.device import use_every_core
from orbitsens.prepare import stage_data, training_data


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--runs", type=int, nargs="+", default=[1, 4, 20])
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    use_every_core()
    config = note_runs(max(options.runs))
    training = stage_data(config[0], training_data(config[0]))[0].training
    parameters = config[0].parameters

    measured: list[tuple[str, int, Timed]] = []
    loop = timed(lambda: diffrax_documentation_loop(parameters, training), BLOCK, options.repeats)
    measured.append(("diffrax's documentation, one run", 1, loop))
    torch_loop = torchdiffeq_loop(parameters, training)
    if torch_loop is not None:
        measured.append(("torchdiffeq dopri5, one run", 1, timed(lambda: torch_loop, 10, options.repeats)))
    measured += [
        ("orbitsens", n, timed(lambda n=n: training_steps(config[:n]), BLOCK, options.repeats)) for n in options.runs
    ]
    products, flops = matrix_products(parameters, max(options.runs))
    floor = timed(lambda: products, 5, options.repeats)
    measured.append(("matrix products alone", max(options.runs), floor))

    print(f"train_step on {device_name()}: note's config, ms per run and step (medians of {options.repeats})")
    print(f"{'':34}{'runs':>6}{'first call s':>14}{'ms':>10}{'times faster than the documentation':>38}")
    rows = []
    for name, n, result in measured:
        each = 1e3 * result.each / n
        ratio = 1e3 * loop.each / each
        print(f"{name:34}{n:6}{result.first:14.1f}{each:10.3f}{ratio:38.1f}")
        rows.append({"what": name, "runs": n, "first_call_s": result.first, "ms": each, "ratio": ratio})
    if torch_loop is None:
        print("torchdiffeq is not installed, so it was not measured.")
    last = measured[-2][2].each
    print(f"The products run at {flops * max(options.runs) / floor.each / 1e9:.0f} GFLOP/s.")
    print(f"{max(options.runs)} runs take {last / floor.each:.1f} times the products alone.")
    print(write_result("train_step", rows, options.out))


if __name__ == "__main__":
    main()
