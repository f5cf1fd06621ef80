"""Norms whose values and gradients stay finite at zero."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

# Squares below this are lifted to it, so 1/|x| is at most 1e12, and constant there.
_TINY_SQUARE = 1e-24


def inverse_norm(x: Float[Array, "n"]) -> Float[Array, ""]:
    """1/|x|, at most 1e12, with zero gradient where |x| < 1e-12."""
    return jax.lax.rsqrt(jnp.maximum(jnp.sum(x * x), _TINY_SQUARE))


def unit(x: Float[Array, "n"]) -> Float[Array, "n"]:
    """x/|x|; zero at zero."""
    return x * inverse_norm(x)


def safe_norm(x: Float[Array, "n"]) -> Float[Array, ""]:
    """|x| with a finite gradient at zero."""
    square = jnp.sum(x * x)
    return square * jax.lax.rsqrt(jnp.maximum(square, _TINY_SQUARE))
