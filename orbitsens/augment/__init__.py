"""Augmentations by name, and how a run's are put together."""

from collections.abc import Callable

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from orbitsens.augment.spec import Augmentation as Augmentation, Extent as Extent, Segments as Segments
from orbitsens.config import Parameters
from orbitsens.config.choices import AUGMENTATIONS
from orbitsens.registry import load_specs

REGISTRY: dict[str, Augmentation] = load_specs(__name__, AUGMENTATIONS, Augmentation)


def make_augment(parameters: Parameters) -> Callable[[PRNGKeyArray, Segments, Float[Array, ""]], Segments]:
    """Make `augment(key, batch, noise_scale)`: a run's augmentations one after the other, each segment by itself.

    What is random depends on the key and on the segment's place in the batch.
    """
    chosen = [REGISTRY[name] for name in parameters.augmentation.split("+") if name != "none"]

    def augment(key: PRNGKeyArray, batch: Segments, noise_scale: Float[Array, ""]) -> Segments:
        extent = Extent(parameters.planar_constraint, noise_scale)
        for place, augmentation in enumerate(chosen):
            keys = jax.random.split(jax.random.fold_in(key, place), batch.t.shape[0])
            batch = jax.vmap(lambda key, segment, a=augmentation: a.apply(key, segment, extent))(keys, batch)
        return batch

    return augment
