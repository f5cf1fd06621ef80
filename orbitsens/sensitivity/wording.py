"""The answer in sentences: one per parameter, for the page and for the report."""

from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, NamedTuple

import numpy as np

from orbitsens.sensitivity.analysis import Analysis
from orbitsens.sensitivity.array import rows_of
from orbitsens.sensitivity.effects import MATTERS, NO_MATTER, UNKNOWN, Effects
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.settings import SEPARATOR

LARGEST_FACTOR = 50.0
MANY_PARAMETERS = 4  # of a setting, which is then too long to name in passing
SCREENING = 5  # parameters, from which on a study is read as a screening
TIMES = "times"


class Metric(NamedTuple):
    """A metric in words: what sentences call it, and its unit."""

    label: str
    unit: str


@dataclass(frozen=True)
class Said:
    """A sentence whose beginning is the verdict: "width matters", ": 16 has ..."."""

    verdict: str
    rest: str

    def __str__(self) -> str:
        return self.verdict + self.rest


def figure(value: float) -> str:
    """Two significant digits, whole numbers in full: "0.61", "23", "1240"."""
    if not isfinite(value):
        return "unknown"
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"


def amount(difference: float, log: bool) -> str:
    """A difference of y as a bare number: a factor in three digits if y is a logarithm, else the difference."""
    if not log:
        return figure(difference)
    factor = 10.0 ** min(difference, 300.0)
    return f"{factor:.0f}" if factor >= 100 else f"{factor:.3g}"


def change(difference: float, log: bool, unit: str = "") -> str:
    """A difference of y as a person reads it: a factor ("1.39 times") if y is a logarithm, else in its unit."""
    return f"{amount(difference, log)} {TIMES if log else _points(unit)}".rstrip()


def span(low: float, high: float, log: bool, unit: str = "") -> str:
    """Both ends of an interval of a difference of y: "1.2 to 1.7 times"."""
    return f"{amount(low, log)} to {change(high, log, unit)}"


def compared(worse: str, better: str, difference: float, log: bool, metric: Metric) -> str:
    """Say that one has so much more than the other: "16 has 2.3 times the acceleration error of 64"."""
    if log:
        return f"{worse} has {change(difference, log)} the {metric.label} of {better}"
    return f"{worse} has {change(difference, log, metric.unit)} more {metric.label} than {better}"


def p_text(p: float) -> str:
    """A p value: "p = 0.03", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def noise_sentence(noise: Noise | str, metric: Metric) -> str:
    """How far the seed alone moves the metric, in a typical setting and in the extreme ones."""
    if isinstance(noise, str):
        return noise
    by = f"by {'a factor of ' if noise.log else ''}{amount(noise.sd, noise.log)}{'' if noise.log else _unit(metric)}"
    repeated = noise.per_setting.dropna(subset="sd").sort_values("sd", kind="stable")
    if len(repeated) == 1:
        return f"The seed alone moves the {metric.label} {by} (one standard deviation)."
    ends = [amount(noise.least, noise.log), amount(noise.most, noise.log)]
    if all(name.count(SEPARATOR) < MANY_PARAMETERS for name in repeated["setting"].iloc[[0, -1]]):
        ends = [f"{end} in {name}" for end, name in zip(ends, repeated["setting"].iloc[[0, -1]], strict=True)]
    unequal = f"; the settings differ in this beyond chance, {p_text(noise.test_p)}" if noise.unequal else ""
    return (
        f"The seed alone moves the {metric.label} {by} in a typical setting (one standard deviation, median of "
        f"{len(repeated)} settings; from {ends[0]} to {ends[1]}{unequal})."
    )


def parameter_sentences(found: Effects | str, metric: Metric) -> list[Said]:
    """One sentence per parameter, those that matter first, then the largest effect first."""
    if isinstance(found, str):
        return [Said("", found)]
    rank = {MATTERS: 0, UNKNOWN: 1, NO_MATTER: 2}
    order = found.table.assign(last=found.table["verdict"].map(rank))
    order = order.sort_values(["last", "effect"], ascending=[True, False], kind="stable")
    said = [_sentence(row, found, metric) for row in rows_of(order) if isfinite(row.effect)]
    return said or [Said("", sentence) for sentence in bundle_sentences(found)]


def _sentence(row: Any, found: Effects, metric: Metric) -> Said:
    name, log, unit = label(row.parameter), found.log, metric.unit
    size = compared(row.worst, row.best, row.effect, log, metric)
    interval = f"{amount(row.low, log)} to {amount(row.high, log)}"
    fits = f"{amount(row.decides_low, log)} to {amount(row.decides_high, log)}"
    on_average = "on average over the other parameters, " if len(found.table) > 1 else ""
    orbits = (
        f"; {amount(row.orbits_low, log)} to {amount(row.orbits_high, log)} for test orbits like these"
        if isfinite(row.orbits_low)
        else ""
    )
    if row.verdict == MATTERS and row.p_holm < 1.0 - found.level:
        alone = "" if row.low > 0.0 else "; no two of its values stand out alone"
        return Said(
            f"{name} matters",
            f": {on_average}{size} ({interval}{orbits}; {p_text(row.p_holm)}), {figure(row.effect_in_noise)} times the "
            f"{_floor(found)} of these settings{alone}.",
        )
    if row.verdict == MATTERS:
        return Said(
            f"{name} matters together with {label(row.together)}",
            f": what it does depends on the other; {on_average}{size} ({interval}).",
        )
    bound = change(row.bound, log, unit)
    if row.verdict == NO_MATTER:
        return Said(
            f"{name} does not matter{' on average' if on_average else ''} beyond {bound}", f": {_no_more(row, found)}."
        )
    if row.lost:
        return Said(f"{name}: cannot tell", f", because {row.lost}: those that are left are no fair sample.")
    return Said(
        f"{name}: cannot tell with these runs",
        f"; {on_average}{size}, but anything from {fits} fits. Any "
        f"{'average ' if on_average else ''}effect "
        f"is below {bound}. {_more(row.runs_factor, found, metric)}",
    )


def _no_more(row: Any, found: Effects) -> str:
    """What "does not matter" holds for."""
    if row.kind == "trend":
        return "its trend, a parabola over the middle 90 % of its values, stays below that"
    if len(found.table) == 1:
        return f"no two of its values differ by more (largest difference {change(row.effect, found.log)})"
    if row.bound_simple < found.margin:
        bound = change(row.bound_simple, found.log)
        return f"no two of its values differ by more than {bound} at any setting of the others"
    return (
        f"averaged over the other parameters, no two of its values differ by more (largest difference "
        f"{change(row.effect, found.log)}); at single settings they may"
    )


def bundle_sentences(found: Effects | str) -> list[str]:
    """A sentence for each bundle of parameters that change together: what can be said of it as one."""
    if isinstance(found, str):
        return []
    return [
        f"{_listed(names)} change together in these runs and can only be judged as one: together they "
        f"{'matter' if verdict == MATTERS else 'cannot be shown to matter'}{f' ({p_text(p)})' if isfinite(p) else ''}; "
        "none of them can be told apart."
        for names, p, verdict in zip(
            found.bundles["parameters"], found.bundles["p_holm"], found.bundles["verdict"], strict=True
        )
    ]


def interaction_sentences(found: Effects | str) -> list[str]:
    """A sentence for each interaction that is beyond the noise, or one that none is; none without any in the model."""
    if isinstance(found, str):
        return []
    said = []
    if len(found.interactions):
        real = found.interactions[found.interactions["verdict"] == MATTERS]
        said = [
            f"{label(first)} and {label(second)} act together: the effect of each depends on the other ({p_text(p)})."
            for first, second, p in zip(real["first"], real["second"], real["p_holm"], strict=True)
        ] or [f"No interaction of two parameters stands out of the noise ({len(found.interactions)} tested)."]
    for row in rows_of(found.misfit):
        if row.verdict == MATTERS:
            said.append(
                f"The settings differ by more than these effects explain ({p_text(row.p_holm)}), so effects are "
                "averages "
                "over the settings that were run, and single settings may do otherwise."
            )
    return said


def discovery_sentence(found: Effects | str) -> list[str]:
    """What a screening finds at a false-discovery rate, where that is more than the strict verdict names."""
    if isinstance(found, str) or len(found.table) < SCREENING:
        return []
    table = found.table
    named = table[(table["q"] < 1.0 - found.level) & (table["lost"] == "")].sort_values("q", kind="stable")
    strict = int((table["p_holm"] < 1.0 - found.level).sum())
    if len(named) <= strict:
        return []
    n, percent = int(table["p"].notna().sum()), f"{100 * (1.0 - found.level):.0f} %"
    said = (
        f"As a screening, {len(named)} of {n} parameters are worth following up: {_listed(named['parameter'])} "
        f"(false-discovery rate {percent}: of parameters named so, on average at most that share is named by chance; "
        f"the strict verdict, with any error at most so likely, names {strict}). "
        '"Cannot tell" does not mean that a parameter did not help.'
    )
    return [said]


def best_sentence(answer: Analysis, metric: Metric) -> str:
    """Which settings may be the best, and what the best is really worth."""
    from orbitsens.sensitivity.best_wording import best_words

    return answer.best if isinstance(answer.best, str) else best_words(answer.best, metric)


def share_sentence(found: Any, effects: Effects | str) -> list[str]:
    """Where the variance comes from, in percents that sum to 100; none if it cannot be said."""
    from orbitsens.sensitivity.share_wording import shares

    return [] if isinstance(found, str) else [shares(found, effects)]


def _listed(names: Any) -> str:
    told = [label(name) for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def _floor(found: Effects) -> str:
    return "seed noise" if found.measured else "noise"


def _points(unit: str) -> str:
    """The unit of a difference: percents differ by percentage points."""
    return "percentage points" if unit == "%" else unit


def _unit(metric: Metric) -> str:
    return f" {_points(metric.unit)}".rstrip()


def _more(factor: float, found: Effects, metric: Metric) -> str:
    margin = change(found.margin, found.log, metric.unit)
    if not factor <= LARGEST_FACTOR:
        return f"More than {figure(LARGEST_FACTOR)} times the runs would be needed to tell {margin} from nothing."
    cells = found.model.cells
    if found.error.source == "seeds":
        have = float(np.mean(cells.n))
        more = max(1, ceil(have * factor - 1e-9) - int(have))
        return f"About {more} more {'seed' if more == 1 else 'seeds'} per setting would tell {margin} from nothing."
    more = max(1, ceil(len(cells.n) * (factor - 1.0)))
    return f"About {more} more settings, not more seeds, would tell {margin} from nothing."
