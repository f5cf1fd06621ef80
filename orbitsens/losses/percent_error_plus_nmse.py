"""Percent error plus normalised root mean square error: the note's loss."""

from orbitsens.losses.components import normalised_rmse, percent_error
from orbitsens.losses.spec import Loss, LossInputs, LossValue


def _apply(given: LossInputs) -> LossValue:
    mpe, rmse = percent_error(given), normalised_rmse(given)
    return LossValue(mpe + rmse, mpe, rmse)


SPEC = Loss(
    name="percent_error_plus_nmse",
    formula="mean(100 |y - yhat| / max(|y|, 1e-8)) + 100 sqrt(mean((y - yhat)^2) / (mean(y^2) + 1e-8) + 1e-8)",
    apply=_apply,
)
