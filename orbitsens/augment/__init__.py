"""Augmentations by name."""

from orbitsens.augment.spec import Augmentation as Augmentation, Segments as Segments
from orbitsens.config.choices import AUGMENTATIONS
from orbitsens.registry import load_specs

REGISTRY: dict[str, Augmentation] = load_specs(__name__, AUGMENTATIONS, Augmentation)
