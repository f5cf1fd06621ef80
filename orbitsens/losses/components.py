"""The parts that losses are made of, over the samples that a mask selects."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from orbitsens.losses.spec import LossInputs, LossValue, SampleMask
from orbitsens.two_body import specific_energy
from orbitsens.vectors import unit


def masked_mean(values: Float[Array, "segment sample"], mask: SampleMask) -> Float[Array, ""]:
    """Mean of the values where the mask is true."""
    return jnp.sum(jnp.where(mask, values, 0.0)) / jnp.sum(mask, dtype=values.dtype)


def percent_error(given: LossInputs) -> Float[Array, ""]:
    """Mean of 100 |y - yhat| / max(|y|, 1e-8), norms over the six components."""
    # The tiny shift keeps the gradient of the root finite where a prediction is exact; |error| is wrong by 1e-12.
    error = jnp.sqrt(jnp.sum((given.true - given.predicted) ** 2, axis=-1) + 1e-24)
    size = jnp.sqrt(jnp.sum(given.true**2, axis=-1))
    return masked_mean(100.0 * error / jnp.maximum(size, 1e-8), given.mask)


def mean_square(given: LossInputs) -> Float[Array, ""]:
    """Mean of (y - yhat)^2 over samples and components."""
    return masked_mean(jnp.mean((given.true - given.predicted) ** 2, axis=-1), given.mask)


def normalised_rmse(given: LossInputs) -> Float[Array, ""]:
    """100 sqrt(mean((y - yhat)^2) / (mean(y^2) + 1e-8) + 1e-8), means over samples and components."""
    size = masked_mean(jnp.mean(given.true**2, axis=-1), given.mask)
    return 100.0 * jnp.sqrt(mean_square(given) / (size + 1e-8) + 1e-8)


def energy_error(given: LossInputs) -> Float[Array, ""]:
    """mean((E - Ehat)^2) / (mean |E| + 1e-8)^2, E the specific energy."""
    energy = jax.vmap(jax.vmap(specific_energy, in_axes=(0, None)), in_axes=(0, None))
    true, predicted = energy(given.true, given.mu), energy(given.predicted, given.mu)
    scale = masked_mean(jnp.abs(true), given.mask) + 1e-8
    return masked_mean((true - predicted) ** 2, given.mask) / scale**2


def outward_cosine(given: LossInputs) -> Float[Array, ""]:
    """Mean of max(0, cosine between position and the learnt acceleration), at the predicted states."""

    def at(y: Float[Array, "6"]) -> Float[Array, ""]:
        return jnp.maximum(jnp.dot(unit(y[:3]), unit(given.dynamics(y)[3:])), 0.0)

    return masked_mean(jax.vmap(jax.vmap(at))(given.predicted), given.mask)


def weight_penalty(given: LossInputs) -> Float[Array, ""]:
    """l1_reg sum |w| + l2_reg sum w^2 over all trained numbers w, biases included."""
    leaves = jax.tree.leaves(given.weights)
    l1 = jnp.sum(jnp.stack([jnp.sum(jnp.abs(w)) for w in leaves]))
    l2 = jnp.sum(jnp.stack([jnp.sum(w**2) for w in leaves]))
    return given.parameters.l1_reg * l1 + given.parameters.l2_reg * l2


def with_components(total: Float[Array, ""], given: LossInputs) -> LossValue:
    """A loss beside the two components that every loss reports."""
    return LossValue(total, percent_error(given), normalised_rmse(given))
