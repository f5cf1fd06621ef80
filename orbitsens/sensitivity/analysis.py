"""The whole answer of a sweep: every statistic that its runs allow, and a sentence for each that they do not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from orbitsens.sensitivity.aggregates import Aggregates
from orbitsens.sensitivity.best import Best, best
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.decomposition import Decomposition, decompose
from orbitsens.sensitivity.divergence import as_lost, diverged_by, divergence, divergence_tests, lost_settings
from orbitsens.sensitivity.draws import Draws, by_draw, draws_of
from orbitsens.sensitivity.effects import Effects, effects
from orbitsens.sensitivity.fit import Fit, fit
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import Noise, noise_floor
from orbitsens.sensitivity.orbits import Orbits, orbit_influence
from orbitsens.sensitivity.response import Response, response
from orbitsens.sensitivity.settings import with_settings
from orbitsens.sensitivity.several import over_metrics, over_tasks

if TYPE_CHECKING:
    from orbitsens.sensitivity.sobol import SobolIndices

T = TypeVar("T")

MOST_BY_ORBIT = 5000  # runs whose errors orbit by orbit, and in other metrics, are read for an analysis
NO_ORBITS = "The errors of single test orbits are not at hand"


@dataclass(frozen=True)
class Analysis:
    """Each part is what it is called, or the one sentence that says why it cannot be had.

    `divergence` counts runs by setting, `diverged_by` by the values of each parameter, and `divergence_tests` says
    which parameters it depends on. `orbits`: what each test orbit does to the means, or why intervals hold for these
    test orbits only. `draws`: how far the draw of the training orbits moves the response, or why that is not known.
    `sobol` is None until `with_sobol` was asked for, because it takes seconds; `tasks` (settings over all test sets)
    and
    `metrics` (the best setting and the next in all metrics) are None until `with_others`.
    """

    response: Response | str
    divergence: pd.DataFrame
    diverged_by: pd.DataFrame
    divergence_tests: pd.DataFrame
    noise: Noise | str
    means: pd.DataFrame | str
    effects: Effects | str
    decomposition: Decomposition | str
    best: Best | str
    orbits: Orbits | str
    draws: Draws | str
    level: float
    sobol: "SobolIndices | str | None" = None
    tasks: Aggregates | str | None = None
    metrics: pd.DataFrame | str | None = None


def analyse(
    table: pd.DataFrame,
    varying: Sequence[str],
    level: float = LEVEL,
    margin: float | None = None,
    orbits: pd.DataFrame | None = None,
) -> Analysis:
    """Analyse a table of runs (columns as for `response`); never fails for want of runs.

    `margin`: the largest effect that counts as none, unit of y (a factor's log10); unless given, 25 % of the metric.
    `orbits`: the metric orbit by orbit (`run_key`, `orbit`, `value`); with it intervals are also given for test orbits
    like these. Where `draw` (of the training orbits) varies within settings, it is what is replicated: intervals then
    hold for training orbits like these, too.
    """
    runs = with_settings(table, varying)
    counts = divergence(runs, varying, level)
    matched = _tried(lambda: response(runs, varying))
    if isinstance(matched, str):
        none = diverged_by(runs, varying, ())
        tests = divergence_tests(runs, varying, ())
        rest = (matched,) * 7
        return Analysis(matched, counts, none, tests, *rest, level=level)
    draws = _tried(lambda: draws_of(matched))
    found = matched if isinstance(draws, str) else by_draw(matched)
    of_values = diverged_by(runs, varying, found.parameters)
    noise = _tried(lambda: noise_floor(found, level))
    known = None if isinstance(noise, str) else noise
    fitted = _tried(lambda: fit(found)) if found.parameters else None
    each = _tried(lambda: orbit_influence(matched, orbits)) if orbits is not None else f"{NO_ORBITS}."
    crossed = None if isinstance(each, str) else each
    told = (
        fitted
        if isinstance(fitted, str)
        else _tried(lambda: effects(found, known, level, margin, fitted, as_lost(of_values), crossed))
    )
    differ = None if isinstance(told, str) else told.any
    summary = fitted.model.cells if isinstance(fitted, Fit) else None
    lost = lost_settings(counts)
    return Analysis(
        response=found,
        divergence=counts,
        diverged_by=of_values,
        divergence_tests=divergence_tests(runs, varying, found.parameters),
        noise=noise,
        means=noise if isinstance(noise, str) else setting_means(found, noise, level, crossed),
        effects=told,
        decomposition=fitted if isinstance(fitted, str) else _tried(lambda: decompose(found, level, fitted)),
        best=noise
        if isinstance(noise, str)
        else _tried(lambda: best(found, noise, level, differ=differ, lost=lost, orbits=crossed, summary=summary)),
        orbits=each,
        draws=draws,
        level=level,
    )


def with_sobol(answer: Analysis) -> Analysis:
    """Add Sobol indices on a surrogate. Takes up to a minute for hundreds of settings."""
    # Brings scikit-learn and SALib: seconds that others need not wait.
    from orbitsens.sensitivity.sobol import sobol_indices

    found = answer.response
    sobol = found if isinstance(found, str) else _tried(lambda: sobol_indices(found, answer.level))
    return replace(answer, sobol=sobol)


def with_others(
    answer: Analysis, here: tuple[str, str], tables: Mapping[tuple[str, str], pd.DataFrame], varying: Sequence[str]
) -> Analysis:
    """Add what other test sets and metrics say.

    `here`: the metric and the place (test set) of the answer; `tables` has the same runs (columns as for `response`)
    by metric and place.
    """
    if isinstance(answer.response, str) or isinstance(answer.best, str):
        return answer
    names = answer.best.table["setting"].tolist()[:2]
    tasks = {place: table for (metric, place), table in tables.items() if metric == here[0]}
    metrics = {metric: table for (metric, place), table in tables.items() if place == here[1]}
    return replace(
        answer,
        tasks=_tried(lambda: over_tasks(tasks, varying)) if len(tasks) > 1 else None,
        metrics=_tried(lambda: over_metrics(metrics, varying, names[0], names[1]))
        if len(metrics) > 1 and len(names) > 1
        else None,
    )


def _tried(part: Callable[[], T]) -> T | str:
    try:
        return part()
    except CannotSay as reason:
        return str(reason)
