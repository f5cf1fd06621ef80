"""One training step at the note's config, per run: `python -m benchmarks.train_step [--repeats 5] [--runs 1 4 20]`.

Against the loop of diffrax's documentation, torchdiffeq (if it is installed) and the matrix products alone, all
measured in the same call.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp

from benchmarks.peers import diffrax_documentation_loop, matrix_products, torchdiffeq_loop
from benchmarks.timing import RESULTS, Timed, device_name, timed, write_result
from orbitsens.config import RunConfig, expand, load_sweep_file
from orbitsens.prepare import stage_data, training_data
from orbitsens.schedule import Block
from orbitsens.train import advance, init, run_keys, run_numbers

SWEEP = Path(__file__).parent.parent / "runner" / "sweeps" / "sweep-seeds-v2.yaml"
BLOCK = 50


def ours(runs: list[RunConfig]) -> Callable[[int], object]:
    """Blocks of 50 steps of all runs together, evaluation at their end included, as a sweep makes them."""
    parameters = runs[0].parameters
    data = stage_data(runs[0], training_data(runs[0]))[0]
    keys = jax.tree.map(lambda *x: jnp.stack(x), *(run_keys(run.parameters.seed) for run in runs))
    numbers = jax.tree.map(
        lambda *x: jnp.stack(x), *(run_numbers(run.parameters, run.parameters.stages[0]) for run in runs)
    )
    go = jax.jit(jax.vmap(partial(advance, parameters, BLOCK), in_axes=(0, 0, None, 0, None)), donate_argnums=0)
    state = {"carry": jax.jit(jax.vmap(partial(init, parameters)))(keys), "step": 0}

    def steps(n: int) -> object:
        for _ in range(n // BLOCK):
            block = Block(0, state["step"], state["step"], BLOCK)
            state["carry"], rows = go(state["carry"], keys, data, numbers, block)
            state["step"] += BLOCK
        return jax.block_until_ready(rows)

    return steps


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--runs", type=int, nargs="+", default=[1, 4, 20])
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    config = expand(load_sweep_file(SWEEP), [f"seed={list(range(max(options.runs)))}"])
    training = stage_data(config[0], training_data(config[0]))[0].training
    parameters = config[0].parameters

    measured: list[tuple[str, int, Timed]] = []
    loop = timed(diffrax_documentation_loop(parameters, training), 20, options.repeats)
    measured.append(("diffrax's documentation, one run", 1, loop))
    torch_loop = torchdiffeq_loop(parameters, training)
    if torch_loop is not None:
        measured.append(("torchdiffeq dopri5, one run", 1, timed(torch_loop, 10, options.repeats)))
    measured += [("orbitsens", n, timed(ours(config[:n]), BLOCK, options.repeats)) for n in options.runs]
    products, flops = matrix_products(parameters, max(options.runs))
    floor = timed(products, 5, options.repeats)
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
    print(f"The products run at {flops * max(options.runs) / floor.each / 1e9:.0f} GFLOP/s.")
    print(write_result("train_step", rows, options.out))


if __name__ == "__main__":
    main()
