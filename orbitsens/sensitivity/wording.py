"""The answer in sentences: one per parameter, for the page and for the report."""

from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any, NamedTuple

from orbitsens.sensitivity.analysis import Analysis
from orbitsens.sensitivity.best import Best
from orbitsens.sensitivity.decomposition import Decomposition
from orbitsens.sensitivity.effects import MATTERS, NO_MATTER, Effects
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.settings import SEPARATOR

LARGEST_FACTOR = 50.0
LEAST_SHARE = 0.01
MANY_PARAMETERS = 4  # of a setting, which is then too long to name in passing


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


def change(difference: float, log: bool, unit: str = "") -> str:
    """A difference of y as a person reads it: percent of the metric if y is a logarithm, else in its unit."""
    return f"{figure(100.0 * (10.0**difference - 1.0))} %" if log else f"{figure(difference)} {unit}".rstrip()


def p_text(p: float) -> str:
    """A p value: "p = 0.03", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def noise_sentence(noise: Noise | str, metric: Metric) -> str:
    """How far the seed alone moves the metric."""
    if isinstance(noise, str):
        return noise
    span = f"{change(noise.low, noise.log, metric.unit)} to {change(noise.high, noise.log, metric.unit)}"
    sentence = (
        f"The seed alone moves the {metric.label} by {change(noise.sd, noise.log, metric.unit)} (one standard "
        f"deviation within settings; {span})"
    )
    if not noise.equal:
        names = noise.per_setting.sort_values("sd", kind="stable").dropna()["setting"].tolist()
        least, most = names[0], names[-1]
        where = f": most in {most}, least in {least}" if most.count(SEPARATOR) < MANY_PARAMETERS else ""
        sentence += f", but not everywhere alike{where} (Brown-Forsythe {p_text(noise.test_p)})"
    return f"{sentence}."


def parameter_sentences(found: Effects | str, metric: Metric) -> list[Said]:
    """One sentence per parameter, those that matter first, then the largest effect first."""
    if isinstance(found, str):
        return [Said("", found)]
    order = found.table.assign(last=found.table["verdict"] != MATTERS)
    order = order.sort_values(["last", "effect"], ascending=[True, False], kind="stable")
    return [_sentence(row, found, metric) for row in order.itertuples()]


def _sentence(row: Any, found: Effects, metric: Metric) -> Said:
    name = label(row.parameter)
    if not isfinite(row.effect):
        return Said(f"{name}: cannot tell", ", because it changes together with other parameters.")
    size = change(row.effect, found.log, metric.unit)
    span = f"{change(row.low, found.log, metric.unit)} to {change(row.high, found.log, metric.unit)}"
    in_noise = f"{figure(row.effect_in_noise)} times the {_floor(found)}"
    if row.verdict == MATTERS:
        return Said(
            f"{name} matters",
            f": {row.worst} has {size} more {metric.label} than {row.best} ({span}), {in_noise} "
            f"({p_text(row.p_holm)}).",
        )
    if row.verdict == NO_MATTER:
        return Said(
            f"{name} does not matter beyond {change(row.bound, found.log, metric.unit)}",
            f": no two of its values differ by more (largest difference {size}, {in_noise}).",
        )
    if row.low > 0.0:
        n = len(found.table)
        why = f"which would stand out alone ({span}), but not among {n} parameters ({p_text(row.p_holm)})"
    else:
        why = f"but anything from {span} fits"
    return Said(
        f"{name}: cannot tell with these runs",
        f"; {row.worst} has {size} more {metric.label} than {row.best}, {why}. {_more(row.runs_factor, found, metric)}",
    )


def interaction_sentences(found: Effects | str) -> list[str]:
    """A sentence for each interaction that is beyond the noise, or one that none is; none without any in the model."""
    if isinstance(found, str) or found.interactions.empty:
        return []
    real = found.interactions[found.interactions["verdict"] == MATTERS]
    if real.empty:
        n = len(found.interactions)
        return [f"No interaction of two parameters stands out of the noise ({n} tested)."]
    return [
        f"{label(first)} and {label(second)} act together: the effect of each depends on the other ({p_text(p)})."
        for first, second, p in zip(real["first"], real["second"], real["p_holm"], strict=True)
    ]


def share_sentence(found: Decomposition | str) -> list[str]:
    """Where the variance comes from: noise, and the parameters whose share is beyond it; none if it cannot be said."""
    if isinstance(found, str):
        return []
    # Rounded, or the machine would order equal ones.
    shares = found.table.sort_values("share", ascending=False, kind="stable", key=lambda column: column.round(9))
    real = shares[(shares["share"] >= LEAST_SHARE) & (shares["low"] > 0.0)]
    told = real[real["kind"].isin(["parameter", "interaction"])]
    parts = [
        f"{_source(source)} {figure(100.0 * share)} %"
        for source, share in zip(told["source"], told["share"], strict=True)
    ]
    within = shares[shares["kind"].isin(["seed", "residual"])]
    seeds = real[(real["kind"] == "seed") & (real["source"] != "seed")]
    named = [f"{label(name)} {figure(100.0 * s)} %" for name, s in zip(seeds["source"], seeds["share"], strict=True)]
    noise = f"noise makes {figure(100.0 * min(max(float(within['share'].sum()), 0.0), 1.0))} %"
    of_it = f" (of which {', '.join(named)})" if named else ""
    return [f"Of the variance, {noise}{of_it}, {', '.join(parts) or 'and no parameter a part that stands out of it'}."]


def _source(name: str) -> str:
    return " x ".join(map(label, name.split(" x ")))


def _floor(found: Effects) -> str:
    return "seed noise" if found.measured else "noise"


def _more(factor: float, found: Effects, metric: Metric) -> str:
    margin = change(found.margin, found.log, metric.unit)
    if not factor <= LARGEST_FACTOR:
        return f"More than {figure(LARGEST_FACTOR)} times the runs would be needed to tell {margin} from nothing."
    cells = found.model.cells
    if found.error.source == "seeds":
        have = float(cells.n.mean())
        more = max(1, ceil(have * factor - 1e-9) - int(have))
        return f"About {more} more {'seed' if more == 1 else 'seeds'} per setting would tell {margin} from nothing."
    more = max(1, ceil(len(cells.n) * (factor - 1.0)))
    return f"About {more} more settings, not more seeds, would tell {margin} from nothing."


def best_sentence(answer: Analysis, metric: Metric) -> str:
    """Which settings may be the best, and what the best is really worth."""
    return answer.best if isinstance(answer.best, str) else best_words(answer.best, metric)


def best_words(found: Best, metric: Metric) -> str:
    """The same of settings that were compared with the best one."""
    first, candidates = found.table.iloc[0], int(found.table["candidate"].sum())
    unit = f" {metric.unit}".rstrip()
    sentence = f"{first['setting']} has the smallest mean {metric.label}, {first['error']:.3g}{unit}"
    if candidates > 1:
        sentence += f", but {candidates} of {len(found.table)} settings cannot be told from the best"
    else:
        sentence += ", and is distinguishable from all others"
    sentence += f" (probability of being best {first['probability']:.2f})"
    if isfinite(found.corrected):
        corrected = 10.0**found.corrected if found.log else found.corrected
        sentence += f"; being the best of {len(found.table)} flatters it: expect {corrected:.3g}{unit} from new seeds"
    return f"{sentence}."


def divergence_sentence(answer: Analysis) -> str:
    """How often training diverges."""
    total = answer.divergence.iloc[-1]
    if total["n"] == 0:
        return "No run has ended by itself, so nothing can be said of divergence."
    return (
        f"{total['diverged']} of {total['n']} runs that ended diverged "
        f"({figure(100 * total['low'])} to {figure(100 * total['high'])} %, Wilson interval)."
    )
