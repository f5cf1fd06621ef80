"""Normalisations by name."""

from orbitsens.config.choices import NORMALIZATIONS
from orbitsens.normalization.spec import CANONICAL as CANONICAL, Normalization as Normalization, Units as Units
from orbitsens.registry import load_specs

REGISTRY: dict[str, Normalization] = load_specs(__name__, NORMALIZATIONS, Normalization)
