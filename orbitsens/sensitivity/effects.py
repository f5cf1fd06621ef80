"""What each parameter does to the response, against the noise of the settings compared, and whether that is real."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array, rows_of
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.family import false_discovery, together
from orbitsens.sensitivity.fit import Fit, fit
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.model import Error, Model, error
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.orbits import Orbits
from orbitsens.sensitivity.planning import as_difference, factor_to_tell
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.term_tests import TermTests, bundles_of, effect_of, for_orbits, interactions_of, misfit_of
from orbitsens.sensitivity.threads import one_thread

MATTERS, NO_MATTER, UNKNOWN = "matters", "does not matter", "cannot tell"
# What is called no effect unless the caller says otherwise: a choice of the subject, not of the noise.
MARGIN_PERCENT = 25.0
# Share of the runs of a value that diverged, above which the remaining runs are not a fair sample of it.
MOST_LOST = 0.1

Lost = Mapping[str, Mapping[str, tuple[int, int]]]


@dataclass(frozen=True)
class Effects:
    """The effects of all parameters.

    `table`: a row per parameter: parameter, kind ("levels" or "trend"), best and worst (the two values that differ
    most, the one with the smaller response first), effect (difference of their adjusted means, unit of y, so not
    negative), se, df, low, high (interval, simultaneous over all pairs of the parameter's values), orbits_low,
    orbits_high (that for test orbits like these; NaN where orbits are not known), decides_low, decides_high (the
    interval that goes with the verdict: of "cannot tell" at the level at which the parameter was tested within the
    family, of "does not matter" that of the two one-sided tests), effect_in_noise (in typical standard deviations of
    the settings with these two values), f, f_df, f_df_error, p (of the F test that
    all its values are alike), p_holm (Holm, over one family with the bundles, the interactions and the lack of fit), q
    (Benjamini and Hochberg, over parameters); bound (on average over the other parameters no two values differ by more,
    one-sided 95 %), bound_simple (nor do they at any one setting of the others; NaN where that was not run), together
    (the parameter that it acts together with, or ""), lost (why survivors of divergence are not compared, or ""),
    runs_factor (by how much the runs must be multiplied to tell), verdict, tolerance (see `design_check.tolerances`).
    Parameters that cannot be estimated have NaN and "cannot tell".
    `interactions`: first, second, df, f, p, p_holm, verdict. `bundles`: parameters (tuple; they change together),
    df, f, p, p_holm, verdict. `misfit`: the same of all that the model does not say of the settings, one row or
    none. `floor`: the typical noise, unit of y, `measured` on repeated settings or not. `margin`: the largest effect
    that counts as none. `warnings`: what the design cannot tell apart. `contrasts`: for each parameter the weights
    [n_settings] of the setting means whose sum is its effect.
    """

    table: pd.DataFrame
    interactions: pd.DataFrame
    bundles: pd.DataFrame
    misfit: pd.DataFrame
    model: Model
    error: Error
    floor: float
    measured: bool
    margin: float
    warnings: tuple[str, ...]
    contrasts: Mapping[str, Array]
    level: float
    log: bool
    counted: str

    @property
    def any(self) -> bool:
        """Whether anything at all that differs between settings is beyond the noise, by the strict verdict."""
        family = (self.table, self.interactions, self.bundles, self.misfit)
        return any(bool((table["p_holm"] < 1.0 - self.level).any()) for table in family)

    @property
    def method(self) -> str:
        """How the effects were found, in words."""
        source = {
            "seeds": "the spread of the seeds within settings, each setting with its own (ANOVA-type statistic)",
            "misfit": "what the model leaves between settings, which is more than the seeds explain",
            "residual": "all that the model leaves, seed noise and lack of fit together",
        }[self.error.source]
        margin = f"{self.margin:.3g} {'in log10' if self.log else 'units of the metric'}"
        n = len(self.table) + len(self.interactions) + len(self.bundles) + len(self.misfit)
        seeds = ", within seeds" if self.model.cells.blocks else ""
        return (
            f"least squares, type II{seeds}, pairwise interactions in the model: {len(self.interactions)}; error from "
            f"{source}, {self.error.df} degrees of freedom; F tests, "
            f"p values with Holm's weighted correction over one family of {n} (parameters and bundles, "
            "interactions and "
            f"lack of fit), q values by Benjamini and Hochberg over parameters; {100 * self.level:g} % intervals "
            "with Bonferroni's correction "
            f"over the values of a parameter; equivalence by two one-sided tests within {margin}; {self.counted}"
        )


@one_thread
def effects(
    found: Response,
    noise: Noise | None,
    level: float = LEVEL,
    margin: float | None = None,
    fitted: Fit | None = None,
    lost: Lost | None = None,
    orbits: Orbits | None = None,
) -> Effects:
    """Estimate the effect of every parameter that varies.

    `noise` None: no setting was repeated, so what the model leaves stands for it. `margin` (unit of y) is the largest
    effect that counts as none; unless given, 25 % of the metric. `fitted`: the response's fit, where it is known.
    `lost`: for each parameter and value, how many runs ended and how many of them diverged. `orbits`: adds the
    intervals for test orbits like these.

    Raises:
        CannotSay: nothing varies, or nothing is left to estimate an error from.
    """
    if not found.parameters:
        raise CannotSay("All used runs have the same setting, so there is no effect to estimate; vary a parameter.")
    fitted = fitted or fit(found)
    model, summary = fitted.model, fitted.model.cells
    chosen = error(model)
    if chosen is None or not chosen.variance > 0.0:
        raise CannotSay(
            f"{found.n_used} runs in {len(summary.settings)} settings leave nothing to estimate the noise from; "
            "repeat some settings with other seeds."
        )
    floor = noise.sd if noise else float(np.sqrt(chosen.variance))
    limit = margin or as_difference(MARGIN_PERCENT, found.log, float(found.runs["y"].mean())) or floor
    test = TermTests(model, chosen, model.x * summary.n[:, None])
    lines, contrasts = [], {}
    for term, free in zip(summary.terms, fitted.tolerances.itertuples(), strict=True):
        line: dict[str, Any] = {"parameter": term.name, "kind": "trend" if term.level is None else "levels"}
        line["tolerance"] = free.tolerance
        if free.status != "aliased":
            numbers, weights = effect_of(test, term, noise, floor, level)
            line, contrasts[term.name] = line | numbers, weights
            if orbits is not None:
                line |= for_orbits(numbers, weights, orbits, level)
        lines.append(line)
    table = pd.DataFrame(lines).reindex(columns=COLUMNS)
    table["lost"] = [_lost(row, lost) for row in rows_of(table)]
    interactions, groups, misfit = interactions_of(test), bundles_of(test), misfit_of(model)
    together([table, groups], [interactions, misfit])
    table["q"] = false_discovery(table["p"].to_numpy(dtype=float))
    for other in (interactions, groups, misfit):
        other["verdict"] = np.where(other["p_holm"] < 1.0 - level, MATTERS, UNKNOWN)
    table["together"] = [_partner(name, interactions) for name in table["parameter"]]
    table["verdict"] = [_verdict(row, level, limit) for row in rows_of(table)]
    table[["decides_low", "decides_high"]] = [_deciding(row, level) for row in rows_of(table)]
    m = max(int(table["p"].notna().sum()), 1)
    table["runs_factor"] = [
        factor_to_tell(row.se, row.df, limit, (1.0 - level) / (m * row.pairs))
        if row.verdict == UNKNOWN and row.se > 0.0
        else 1.0
        for row in rows_of(table)
    ]
    return Effects(
        table=table,
        interactions=interactions,
        bundles=groups,
        misfit=misfit,
        model=model,
        error=chosen,
        floor=floor,
        measured=noise is not None,
        margin=limit,
        warnings=fitted.warnings,
        contrasts=contrasts,
        level=level,
        log=found.log,
        counted=found.counted,
    )


COLUMNS = [
    "parameter", "kind", "best", "worst", "effect", "se", "df", "low", "high", "orbits_low", "orbits_high",
    "decides_low", "decides_high", "effect_in_noise", "f", "f_df",
    "f_df_error", "p", "p_holm", "q", "bound", "bound_simple", "together", "lost", "runs_factor", "verdict", "pairs",
    "tolerance",
]  # fmt: skip


def _partner(name: str, interactions: pd.DataFrame) -> str:
    real = interactions[interactions["verdict"] == MATTERS].sort_values("p", kind="stable")
    for first, second in zip(real["first"], real["second"], strict=True):
        if name in (first, second):
            return str(second if name == first else first)
    return ""


def _lost(row: Any, lost: Lost | None) -> str:
    """Say that the value with the smaller response lost more of its runs to divergence; "" where it did not."""
    counts = (lost or {}).get(row.parameter, {})
    if row.best not in counts or row.worst not in counts:
        return ""
    (n, gone), (n_other, gone_other) = counts[row.best], counts[row.worst]
    if gone <= MOST_LOST * n or gone / n <= gone_other / n_other:
        return ""
    return f"{gone} of {n} runs with {row.best} diverged, and {gone_other} of {n_other} with {row.worst}"


def _deciding(row: Any, level: float) -> tuple[float, float]:
    if row.verdict == MATTERS or not np.isfinite(row.p):
        return row.low, row.high
    tested = (1.0 - level) * min(row.p / max(row.p_holm, 1e-300), 1.0)
    tail = 1.0 - level if row.verdict == NO_MATTER else tested / (2 * row.pairs)
    half = float(stats.t.ppf(1.0 - tail, row.df)) * row.se
    return row.effect - half, row.effect + half


def _verdict(row: Any, level: float, margin: float) -> str:
    if row.lost:
        return UNKNOWN
    if row.p_holm < 1.0 - level or row.together:
        return MATTERS
    return NO_MATTER if row.bound < margin else UNKNOWN
