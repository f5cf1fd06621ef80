"""Feature layers by name."""

from orbitsens.config.choices import FEATURE_LAYERS
from orbitsens.features.spec import FeatureLayer as FeatureLayer
from orbitsens.registry import load_specs

REGISTRY: dict[str, FeatureLayer] = load_specs(__name__, FEATURE_LAYERS, FeatureLayer)
