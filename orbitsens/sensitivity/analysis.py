"""The whole answer of a sweep: every statistic that its runs allow, and a sentence for each that they do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from orbitsens.sensitivity.best import Best, best
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.decomposition import Decomposition, decompose
from orbitsens.sensitivity.effects import Effects, effects
from orbitsens.sensitivity.fit import fit
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import Noise, noise_floor
from orbitsens.sensitivity.response import Response, divergence, response
from orbitsens.sensitivity.settings import with_settings

if TYPE_CHECKING:
    from orbitsens.sensitivity.sobol import SobolIndices

T = TypeVar("T")


@dataclass(frozen=True)
class Analysis:
    """Each part is what it is called, or the one sentence that says why it cannot be had.

    `sobol` is None until `with_sobol` was asked for, because it takes seconds.
    """

    response: Response | str
    divergence: pd.DataFrame
    noise: Noise | str
    means: pd.DataFrame | str
    effects: Effects | str
    decomposition: Decomposition | str
    best: Best | str
    level: float
    sobol: "SobolIndices | str | None" = None


def analyse(table: pd.DataFrame, varying: Sequence[str], level: float = LEVEL, margin: float | None = None) -> Analysis:
    """Analyse a table of runs (columns as for `response`); never fails for want of runs.

    `margin`: the largest effect that counts as none, unit of y (a factor's log10); unless given, the noise floor.
    """
    runs = with_settings(table, varying)
    counts = divergence(runs, varying, level)
    found = _tried(lambda: response(runs, varying))
    if isinstance(found, str):
        return Analysis(found, counts, found, found, found, found, found, level)
    noise = _tried(lambda: noise_floor(found, level))
    known = None if isinstance(noise, str) else noise
    fitted = _tried(lambda: fit(found)) if found.parameters else None
    return Analysis(
        response=found,
        divergence=counts,
        noise=noise,
        means=noise if isinstance(noise, str) else setting_means(found, noise, level),
        effects=fitted if isinstance(fitted, str) else _tried(lambda: effects(found, known, level, margin, fitted)),
        decomposition=fitted if isinstance(fitted, str) else _tried(lambda: decompose(found, level, fitted)),
        best=noise if isinstance(noise, str) else _tried(lambda: best(found, noise, level)),
        level=level,
    )


def with_sobol(answer: Analysis) -> Analysis:
    """Add Sobol indices on a surrogate. Takes up to a minute for hundreds of settings."""
    # Brings scikit-learn and SALib: seconds that others need not wait.
    from orbitsens.sensitivity.sobol import sobol_indices

    found = answer.response
    sobol = found if isinstance(found, str) else _tried(lambda: sobol_indices(found, answer.level))
    return replace(answer, sobol=sobol)


def _tried(part: Callable[[], T]) -> T | str:
    try:
        return part()
    except CannotSay as reason:
        return str(reason)
