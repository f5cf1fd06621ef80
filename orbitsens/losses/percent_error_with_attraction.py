"""Percent error, and a penalty on accelerations that point outward, measured where the prediction went."""

from orbitsens.losses.components import outward_cosine, percent_error, with_components
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    return with_components(percent_error(given) + 100.0 * outward_cosine(given), given)


SPEC = Loss(
    name="percent_error_with_attraction",
    formula="percent_error + 100 mean(max(0, cos angle(position, acceleration))), both at the predicted states",
    apply=_apply,
)
