"""Squared error of each state relative to its squared size, then the mean (the team's choice of the two usual ones).

The other meaning of the name, from regression, divides by the variance of the truth; it is not meant here.
"""

import jax.numpy as jnp

from orbitsens.losses.components import masked_mean, with_components
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    error = jnp.sum((given.true - given.predicted) ** 2, axis=-1)
    size = jnp.sum(given.true**2, axis=-1)
    return with_components(masked_mean(error / (size + 1e-8), given.mask), given)


SPEC = Loss(name="relative_squared_error", formula="mean(|y - yhat|^2 / (|y|^2 + 1e-8))", apply=_apply)
