"""Zero mean and unit variance over the training orbits."""

import numpy as np
from jaxtyping import Float

from orbitsens.transforms.spec import FeatureTransform, Scaling, or_one


def _fit(features: Float[np.ndarray, "sample feature"]) -> Scaling:
    return Scaling(features.mean(axis=0), or_one(features.std(axis=0)))


SPEC = FeatureTransform(
    name="standardise", formula="(x - mean) / standard deviation, over the training orbits", fit=_fit
)
