"""Reflection in the coordinate planes."""

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from orbitsens.augment.spec import Augmentation, Extent, Segments


def _apply(key: PRNGKeyArray, segment: Segments, extent: Extent) -> Segments:
    del extent  # a reflection keeps z = 0 in any case
    signs = jnp.where(jax.random.bernoulli(key, shape=(3,)), 1.0, -1.0)
    return segment._replace(y=segment.y * jnp.concatenate([signs, signs])[None, :])


SPEC = Augmentation(
    name="reflection", formula="(S r, S v), S diagonal with entries +1 or -1, each with probability 1/2", apply=_apply
)
