"""The features as they are."""

from orbitsens.transforms.spec import FeatureTransform

SPEC = FeatureTransform(name="identity", formula="x", fit=None)
