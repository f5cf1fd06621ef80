"""What effects and shares of variance both begin with: the linear model, and what the design cannot tell apart."""

from dataclasses import dataclass

import pandas as pd

from orbitsens.sensitivity.design_check import tolerances, warnings
from orbitsens.sensitivity.model import Model, build
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.terms import cells
from orbitsens.sensitivity.threads import one_thread


@dataclass(frozen=True)
class Fit:
    """A response's model; how much of each parameter is its own, and the sentences that say what is not.

    `tolerances`: see `design_check.tolerances`.
    """

    model: Model
    tolerances: pd.DataFrame
    warnings: tuple[str, ...]


@one_thread
def fit(found: Response) -> Fit:
    """Fit the model of a response of which at least one parameter varies."""
    summary = cells(found)
    table = tolerances(summary)
    return Fit(build(summary), table, tuple(warnings(found, summary, table)))
