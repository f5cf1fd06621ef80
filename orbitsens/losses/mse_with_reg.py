"""Mean squared error with penalties on the weights, of the strengths `l1_reg` and `l2_reg`."""

from orbitsens.losses.components import mean_square, weight_penalty, with_components
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    return with_components(mean_square(given) + weight_penalty(given), given)


SPEC = Loss(
    name="mse_with_reg",
    formula="mean_squared_error + l1_reg sum |w| + l2_reg sum w^2, over all weights and biases w",
    apply=_apply,
)
