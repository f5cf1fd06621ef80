"""The parts that losses are made of, over the samples that a mask selects."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.losses.spec import SampleMask, Trajectories


def masked_mean(values: Float[Array, "segment sample"], mask: SampleMask) -> Float[Array, ""]:
    """Mean of the values where the mask is true."""
    return jnp.sum(jnp.where(mask, values, 0.0)) / jnp.sum(mask)


def percent_error(predicted: Trajectories, true: Trajectories, mask: SampleMask) -> Float[Array, ""]:
    """Mean of 100 |y - yhat| / max(|y|, 1e-8), norms over the six components."""
    # The tiny shift keeps the gradient of the root finite where a prediction is exact; |error| is wrong by 1e-12.
    error = jnp.sqrt(jnp.sum((true - predicted) ** 2, axis=-1) + 1e-24)
    size = jnp.sqrt(jnp.sum(true**2, axis=-1))
    return masked_mean(100.0 * error / jnp.maximum(size, 1e-8), mask)


def normalised_rmse(predicted: Trajectories, true: Trajectories, mask: SampleMask) -> Float[Array, ""]:
    """100 sqrt(mean((y - yhat)^2) / (mean(y^2) + 1e-8) + 1e-8), means over samples and components."""
    error = masked_mean(jnp.mean((true - predicted) ** 2, axis=-1), mask)
    size = masked_mean(jnp.mean(true**2, axis=-1), mask)
    return 100.0 * jnp.sqrt(error / (size + 1e-8) + 1e-8)
