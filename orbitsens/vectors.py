"""Norms whose values and gradients stay finite at zero."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

# Squares below this are lifted to it, so 1/|x| is at most 1e12, and constant there.
_TINY_SQUARE = 1e-24


def dot(a: Float[Array, "n *many"], b: Float[Array, "n *many"]) -> Float[Array, "*many"]:
    """The inner product of short vectors, term by term: over three numbers a compiled reduction takes longer."""
    total = a[0] * b[0]
    for i in range(1, len(a)):
        total += a[i] * b[i]
    return total


def inverse_norm(x: Float[Array, "n"]) -> Float[Array, ""]:
    """1/|x|, at most 1e12, with zero gradient where |x| < 1e-12."""
    return jax.lax.rsqrt(jnp.maximum(dot(x, x), _TINY_SQUARE))


def unit(x: Float[Array, "n"]) -> Float[Array, "n"]:
    """x/|x|; zero at zero."""
    return x * inverse_norm(x)


def safe_norm(x: Float[Array, "n"]) -> Float[Array, ""]:
    """|x| with a finite gradient at zero."""
    square = dot(x, x)
    return square * jax.lax.rsqrt(jnp.maximum(square, _TINY_SQUARE))
