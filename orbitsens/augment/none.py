"""No augmentation."""

from jaxtyping import PRNGKeyArray

from orbitsens.augment.spec import Augmentation, Segments


def _apply(key: PRNGKeyArray, batch: Segments) -> Segments:
    del key
    return batch


SPEC = Augmentation(name="none", formula="the batch as it is", apply=_apply)
