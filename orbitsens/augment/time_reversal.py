"""Time reversal: the same path, flown backwards."""

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from orbitsens.augment.spec import Augmentation, Extent, Segments


def _apply(key: PRNGKeyArray, segment: Segments, extent: Extent) -> Segments:
    del extent
    return jax.tree.map(lambda a, b: jnp.where(jax.random.bernoulli(key), a, b), backwards(segment), segment)


def backwards(segment: Segments) -> Segments:
    """The real samples of a segment in reverse order, velocities negated, times from 0 on; padding stays at the end."""
    t, y, mask = segment
    last = jnp.sum(mask) - 1
    place = jnp.arange(t.shape[0])
    source = jnp.where(mask, last - place, place)
    flipped = y[source] * jnp.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])[None, :]
    # Beyond the last real sample time stands still, as padding wants it.
    return Segments(t[last] - jnp.where(mask, t[source], t[0]), jnp.where(mask[:, None], flipped, y), mask)


SPEC = Augmentation(
    name="time_reversal", formula="(r, -v) at T - t in reverse order, with probability 1/2", apply=_apply
)
