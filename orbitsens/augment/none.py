"""No augmentation."""

from jaxtyping import PRNGKeyArray

from orbitsens.augment.spec import Augmentation, Extent, Segments


def _apply(key: PRNGKeyArray, segment: Segments, extent: Extent) -> Segments:
    del key, extent
    return segment


SPEC = Augmentation(name="none", formula="the segment as it is", apply=_apply)
