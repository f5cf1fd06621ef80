"""Settings that a shell makes for other programs, and that would change or break what this one computes."""

from collections.abc import Iterator, MutableMapping

# JAX reads these as it is imported. They change precision or random numbers, stop at the first NaN (a diverged run is a
# result here), or compile nothing.
CHANGING = (
    "JAX_DEBUG_INFS",
    "JAX_DEBUG_NANS",
    "JAX_DEFAULT_DTYPE_BITS",
    "JAX_DEFAULT_MATMUL_PRECISION",
    "JAX_DEFAULT_PRNG_IMPL",
    "JAX_DISABLE_JIT",
    "JAX_ENABLE_CUSTOM_PRNG",
    "JAX_ENABLE_X64",
    "JAX_RANDOM_SEED_OFFSET",
    "JAX_THREEFRY_PARTITIONABLE",
)
# These refuse what optax does, and change no number.
STRICTER = ("JAX_NUMPY_DTYPE_PROMOTION", "JAX_NUMPY_RANK_PROMOTION")


def set_aside(environment: MutableMapping[str, str]) -> Iterator[str]:
    """Remove foreign settings from an environment; yield the names of those that would have changed numbers.

    Processes that this one starts inherit the environment without them.
    """
    for name in STRICTER:
        environment.pop(name, None)
    for name in CHANGING:
        if environment.pop(name, None) is not None:
            yield name
