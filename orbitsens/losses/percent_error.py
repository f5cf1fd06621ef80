"""Percent error of the state: the first part of the note's loss, without its normalised root mean square error."""

from orbitsens.losses.components import percent_error, with_components
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    return with_components(percent_error(given), given)


SPEC = Loss(name="percent_error", formula="mean(100 |y - yhat| / max(|y|, 1e-8))", apply=_apply)
