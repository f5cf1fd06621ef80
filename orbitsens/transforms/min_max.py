"""From 0 to 1 over the training orbits."""

import numpy as np
from jaxtyping import Float

from orbitsens.transforms.spec import FeatureTransform, Scaling, or_one


def _fit(features: Float[np.ndarray, "sample feature"]) -> Scaling:
    least = features.min(axis=0)
    return Scaling(least, or_one(features.max(axis=0) - least))


SPEC = FeatureTransform(name="min_max", formula="(x - min) / (max - min), over the training orbits", fit=_fit)
