"""Our training steps, and the plain matrix products of as many runs, on the same devices."""

from collections.abc import Callable, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp

from orbitsens.config import Parameters, RunConfig, expand, load_sweep_file
from orbitsens.ensemble import blocks_of
from orbitsens.placement import over_runs, place_runs, put_runs
from orbitsens.prepare import prepare_program
from orbitsens.tsit5 import N_STAGES

SWEEP = Path(__file__).parent.parent / "runner" / "sweeps" / "sweep-seeds-v2.yaml"
BLOCK = 50
# One stage that lasts longer than any measurement.
_ENDLESS = ("steps_strategy=[[1000000]]", "lr_strategy=[[0.001]]")


def note_runs(n: int, *overrides: str) -> list[RunConfig]:
    """The note's config with `n` seeds."""
    return expand(load_sweep_file(SWEEP), [f"seed={list(range(n))}", *_ENDLESS, *overrides])


def training_steps(runs: Sequence[RunConfig]) -> Callable[[int], object]:
    """`steps(n)` makes n steps, a multiple of 50, of all runs, evaluation of every 50th included, as a sweep does."""
    blocks = blocks_of(prepare_program(runs))

    def steps(n: int) -> object:
        for _ in range(n // BLOCK):
            made = next(blocks)
        return jax.block_until_ready(made)

    return steps


def matrix_products(parameters: Parameters, n_runs: int) -> tuple[Callable[[int], object], float]:
    """The hidden layers' products of training steps alone; and their floating-point operations per run and step.

    An interval between samples has six stages, each forward, and twice as much backward.
    """
    intervals = parameters.stages[0].n_samples - 1
    products = 3 * N_STAGES * intervals * max(parameters.depth - 1, 1)
    placement = place_runs(n_runs, parameters)
    keys = jax.random.split(jax.random.key(0), n_runs)

    def one(key: jax.Array, n: jax.Array) -> jax.Array:
        x = jax.random.normal(key, (parameters.batch_size, parameters.width))
        w = jax.random.normal(key, (parameters.width, parameters.width)) / parameters.width**0.5
        return jnp.sum(jax.lax.fori_loop(0, n * products, lambda i, x: x @ w, x))

    go = jax.jit(over_runs(one, (0, None), placement))
    placed = put_runs(keys, placement)
    flops = 2.0 * parameters.batch_size * parameters.width**2 * products
    return lambda n: jax.block_until_ready(go(placed, jnp.int32(n))), flops
