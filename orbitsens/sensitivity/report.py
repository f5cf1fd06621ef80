"""The report of a sweep as Markdown, and its tables."""

from math import isfinite

import pandas as pd

from orbitsens.config import harmless_cells
from orbitsens.sensitivity import wording
from orbitsens.sensitivity.aggregates import Aggregates
from orbitsens.sensitivity.analysis import Analysis
from orbitsens.sensitivity.means import means_method
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.scope_wording import divergence_sentences, scope_sentences, seed_sentence
from orbitsens.sensitivity.wording import Metric

MOST_ROWS = 40
SOBOL = "Sobol indices"
TASKS, METRICS = "Over all test sets", "The best setting and the next in all metrics"
DOCUMENT = "docs/methods.md"


def markdown(answer: Analysis, title: str, metric: Metric, dataset: str, remark: str = "") -> str:
    """Write the report: sentences first, then tables, then how each was made and of how many runs.

    `remark` is a sentence that the answer begins with.
    """
    lines = [f"# {title}", "", f"{metric.label} ({metric.unit or 'no unit'}) on {dataset}.", ""]
    counted = answer.response if isinstance(answer.response, str) else f"{answer.response.counted}."
    lines += [counted, ""]
    if isinstance(answer.response, str):
        return _joined([*lines, "## Divergence", "", *divergence_sentences(answer)])
    if answer.response.warning:
        lines += [f"**{answer.response.warning}**", ""]
    lines += ["## Answer", "", *([f"- {remark}"] if remark else [])]
    lines += [f"- {sentence}" for sentence in answers(answer, metric)]
    warned = [] if isinstance(answer.effects, str) else [f"- {sentence}" for sentence in answer.effects.warnings]
    lines += ["", "## What this design cannot tell", ""]
    lines += [f"- {sentence}" for sentence in scope_sentences(answer)]
    lines += warned
    for name, table in tables(answer).items():
        lines += ["", f"## {name}", "", *markdown_table(table)]
    for name, part in ((TASKS, answer.tasks), (METRICS, answer.metrics)):
        if isinstance(part, str):
            lines += ["", f"## {name}", "", part]
    if isinstance(answer.sobol, str):
        lines += ["", f"## {SOBOL}", "", answer.sobol]
    lines += ["", "## Methods", "", *methods(answer)]
    return _joined(lines)


def tables(answer: Analysis) -> dict[str, pd.DataFrame]:
    """The report's tables by title; those that cannot be had are left out."""
    found: dict[str, pd.DataFrame] = {}
    if not isinstance(answer.effects, str):
        found["Effects"] = answer.effects.table.drop(columns=["pairs"])
        if len(answer.effects.bundles):
            names = answer.effects.bundles["parameters"].map(", ".join)
            found["Parameters that change together"] = answer.effects.bundles.assign(parameters=names)
        if len(answer.effects.interactions):
            found["Interactions"] = answer.effects.interactions
    rest = {
        "Share of variance": answer.decomposition,
        SOBOL: answer.sobol,
        "Settings": answer.means,
        "Best": answer.best,
        TASKS: answer.tasks,
        METRICS: answer.metrics,
        "Seed noise": answer.noise,
    }
    for name, part in rest.items():
        if isinstance(part, pd.DataFrame):
            found[name] = part
        elif isinstance(part, Noise):
            found[name] = part.per_setting
        elif part is not None and not isinstance(part, str):
            found[name] = part.table
    found["Divergence"] = answer.divergence
    if len(answer.divergence_tests):
        found["What decides divergence"] = answer.divergence_tests
    return found


def csv(answer: Analysis) -> str:
    """All tables in one CSV of long form: columns table, row, column, value; no text in it is a formula."""
    parts = []
    for name, table in tables(answer).items():
        long = table.reset_index(names="row").astype(object).melt(id_vars="row", var_name="column")
        parts.append(long.sort_values(["row"], kind="stable").assign(table=name))
    return harmless_cells(pd.concat(parts)[["table", "row", "column", "value"]]).to_csv(index=False)


def methods(answer: Analysis) -> list[str]:
    """A line for each part that could be had: how it was made, at which level, of how many runs."""
    lines = []
    if not isinstance(answer.response, str):
        lines.append(f"- Response: {answer.response.scale}; {answer.response.counted}.")
    if not isinstance(answer.noise, str):
        lines.append(f"- Seed noise: {answer.noise.method}.")
        lines.append(f"- Settings: {means_method(answer.noise, answer.level)}.")
    if not isinstance(answer.effects, str):
        lines.append(f"- Effects: {answer.effects.method}.")
    if not isinstance(answer.decomposition, str):
        lines.append(f"- Share of variance: {answer.decomposition.method}.")
    if answer.sobol is not None and not isinstance(answer.sobol, str):
        lines.append(f"- {SOBOL}: {answer.sobol.method}.")
    if not isinstance(answer.best, str):
        lines.append(f"- Best: {answer.best.method}.")
    if isinstance(answer.tasks, Aggregates):
        lines.append(f"- {TASKS}: {answer.tasks.method}.")
    if isinstance(answer.metrics, pd.DataFrame):
        lines.append(
            f"- {METRICS}: A is the best setting, B the next; sign flips of the seeds that both have, step-down "
            "over the "
            "metrics (Romano and Wolf 2005)."
        )
    lines.append(
        f"- Divergence: Wilson score interval, {100 * answer.level:g} %, of the runs that ended by themselves; "
        "that of all "
        "settings of their effective number, because runs of one setting diverge together."
    )
    return [*lines, f"- Formulas, references and measured error rates: {DOCUMENT}."]


def markdown_table(table: pd.DataFrame) -> list[str]:
    """A Markdown table of at most 40 rows; the number of those left out is said below it."""
    shown = table.head(MOST_ROWS)
    lines = [f"| {' | '.join(table.columns)} |", f"|{' --- |' * len(table.columns)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in shown.itertuples(index=False)]
    left = len(table) - len(shown)
    return [*lines, "", f"{left} more rows in the CSV."] if left else lines


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if isfinite(value) else ""
    return str(value).replace("|", "\\|")


def answers(answer: Analysis, metric: Metric) -> list[str]:
    """Every sentence of the answer, in order, each once."""
    said = [
        *map(str, wording.parameter_sentences(answer.effects, metric)),
        *wording.bundle_sentences(answer.effects),
        *wording.interaction_sentences(answer.effects),
        *wording.discovery_sentence(answer.effects),
        *wording.share_sentence(answer.decomposition, answer.effects),
        wording.noise_sentence(answer.noise, metric),
        *seed_sentence(answer.effects),
        wording.best_sentence(answer, metric),
        *divergence_sentences(answer),
    ]
    return list(dict.fromkeys(said))


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
