"""Which segments each step draws: a fresh permutation every epoch."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

from orbitsens.config import batches_per_epoch


def batch_indices(
    key: PRNGKeyArray, first_step: Int[Array, ""] | int, n_steps: int, n_segments: int, batch_size: int
) -> Int[Array, "step batch"]:
    """Segment numbers of the batches of `n_steps` steps from `first_step` of a stage.

    A step's batch depends on the key and the step alone. The segments that do not fill a last batch are left out of
    that epoch; a batch size of at least `n_segments` means full batches, in order.
    """
    if batch_size >= n_segments:
        return jnp.broadcast_to(jnp.arange(n_segments), (n_steps, n_segments))
    per_epoch = batches_per_epoch(n_segments, batch_size)
    first_epoch = first_step // per_epoch
    epochs = first_epoch + jnp.arange((n_steps - 1) // per_epoch + 2)
    orders = jax.vmap(lambda epoch: jax.random.permutation(jax.random.fold_in(key, epoch), n_segments))(epochs)
    batches = orders[:, : per_epoch * batch_size].reshape(-1, batch_size)
    first = first_step - first_epoch * per_epoch
    return jax.lax.dynamic_slice_in_dim(batches, first, n_steps)
