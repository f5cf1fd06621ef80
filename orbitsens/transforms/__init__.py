"""Feature transforms by name."""

from orbitsens.config.choices import FEATURE_TRANSFORMS
from orbitsens.registry import load_specs
from orbitsens.transforms.spec import FeatureTransform as FeatureTransform, Scaling as Scaling

REGISTRY: dict[str, FeatureTransform] = load_specs(__name__, FEATURE_TRANSFORMS, FeatureTransform)
