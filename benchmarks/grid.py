"""The residual grid of the note's model, 64 x 64 cells x 90 samples, against its matrix products alone.

`python -m benchmarks.grid`, also with the time and memory of a 256 x 256 grid. Times are the best of several, on an
otherwise idle machine.
"""

import itertools
import resource
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp

from benchmarks.timing import write_result
from orbitsens.config import Parameters
from orbitsens.grid import residual_grid
from orbitsens.grid_settings import GridSettings
from orbitsens.model import make_model
from orbitsens.normalization import CANONICAL

NOTE = Parameters(width=64, depth=3)
WARM_LIMIT_S, TIMES_LIMIT, MEMORY_LIMIT_GB = 1.0, 3.0, 2.0
CHUNK = 2**21 // 64


def best_of(n: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(n):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def matrix_products(n_states: int) -> Callable[[], object]:
    """Work: the model's matrix products for that many states, in the chunks that are quickest for them."""
    sizes = [7, *[NOTE.width] * NOTE.depth, 4]
    weights = [jnp.ones((a, b), jnp.float32) / a for a, b in itertools.pairwise(sizes)]

    @jax.jit
    def multiply(x: jax.Array) -> jax.Array:
        for weight in weights:
            x = x @ weight
        return x

    x = jnp.ones((CHUNK, 7), jnp.float32)
    multiply(x).block_until_ready()
    return lambda: [multiply(x).block_until_ready() for _ in range(-(-n_states // CHUNK))]


def main() -> None:
    model = make_model(NOTE, key=jax.random.key(0))
    settings = GridSettings()
    cold = best_of(1, lambda: residual_grid(model, settings, CANONICAL))
    multiply = matrix_products(int(settings.feasible.sum()) * settings.anomalies)
    # In turns, because a shared machine is now fast and now slow.
    rounds = [(best_of(3, lambda: residual_grid(model, settings, CANONICAL)), best_of(3, multiply)) for _ in range(10)]
    warm, products = (min(times) for times in zip(*rounds, strict=True))
    large = best_of(1, lambda: residual_grid(model, GridSettings(n_a=256, n_e=256), CANONICAL))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"64 x 64 x 90, cold: {cold:.2f} s with compilation")
    print(f"64 x 64 x 90, warm: {warm:.3f} s (at most {WARM_LIMIT_S} s)")
    print(f"matrix products alone: {products:.3f} s, so {warm / products:.1f} times (at most {TIMES_LIMIT})")
    print(f"256 x 256 x 90: {large:.2f} s, {peak:.2f} GB at most in this process (at most {MEMORY_LIMIT_GB} GB)")
    row = {"cold_s": cold, "warm_s": warm, "products_s": products, "large_s": large, "large_peak_gb": peak}
    print(write_result("grid", [row]))


if __name__ == "__main__":
    main()
