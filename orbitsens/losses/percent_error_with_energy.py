"""Percent error, and a penalty on predictions that leave the true orbit's specific energy."""

from orbitsens.losses.components import energy_error, percent_error, with_components
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    return with_components(percent_error(given) + 0.2 * energy_error(given), given)


SPEC = Loss(
    name="percent_error_with_energy",
    formula="percent_error + 0.2 mean((E - Ehat)^2) / (mean |E| + 1e-8)^2, E = v^2/2 - mu/r",
    apply=_apply,
)
