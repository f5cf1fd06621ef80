"""Mean squared error of the state, position and velocity alike in model units."""

from orbitsens.losses.components import mean_square, with_components
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    return with_components(mean_square(given), given)


SPEC = Loss(name="mean_squared_error", formula="mean((y - yhat)^2), over samples and components", apply=_apply)
