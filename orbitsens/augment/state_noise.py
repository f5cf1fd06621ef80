"""Noise on the states, as of measurements."""

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from orbitsens.augment.spec import Augmentation, Extent, Segments


def _apply(key: PRNGKeyArray, segment: Segments, extent: Extent) -> Segments:
    halves = segment.y.reshape(-1, 2, 3)
    size = jnp.sqrt(jnp.sum(halves**2, axis=-1, keepdims=True))
    noise = jax.random.normal(key, halves.shape) * size * extent.noise_scale
    if extent.planar:
        noise = noise.at[..., 2].set(0.0)
    return segment._replace(y=(halves + noise).reshape(segment.y.shape))


SPEC = Augmentation(
    name="state_noise",
    formula="(r + s |r| n1, v + s |v| n2), n1 and n2 standard normal in each component and sample, s = noise_scale",
    apply=_apply,
)
