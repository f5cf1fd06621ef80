"""The sentences of the Architecture and the Segment ratio page: the answer, what it rests on, and how to read it."""

from collections.abc import Sequence

import pandas as pd

from orbitsens.sensitivity.best import Best
from orbitsens.sensitivity.best_wording import best_words
from orbitsens.sensitivity.cell_study import MOST_LEVELS, CellStudy
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.labels import label, labels
from orbitsens.sensitivity.usable import account, reasons
from orbitsens.sensitivity.wording import Metric as Words
from pages.shared.cells.data import Axes
from pages.shared.cells.words import WEIGHTS, WORK, Shown, cost_text
from pages.shared.charts.cellmaps import EMPTY, IDLE, LOST
from pages.shared.charts.seedlines import MOST_POINTS, LineAxes
from pages.shared.text import Metric, count, listed, number, plain

MOST_PANELS = 12


def too_many(study: CellStudy, axes: Axes) -> str:
    """Say which parameter has too many values to be looked at; "" if none has."""
    for name, most in ((axes.x, MOST_LEVELS), (axes.y, MOST_LEVELS), (axes.panel, MOST_PANELS)):
        n = len(study.levels.get(name, ()))
        if n > most:
            place = "panels" if name == axes.panel else "an axis"
            return (
                f"{label(name)} takes {n} values among these runs, too many for {place} (at most {most}): "
                "choose another parameter, or filter some of its values in the sidebar."
            )
    return ""


def answer(study: CellStudy, words: Metric, dataset: str) -> str:
    """Say in one sentence how far the metric goes over the cells."""
    cells = study.cells.dropna(subset="median").sort_values("median")
    runs = f"{count(len(study.used), 'run')} in {count(len(cells), 'cell')} on {plain(dataset)}"
    if cells.empty:
        return f"Not one of {count(len(study.runs), 'run')} on {plain(dataset)} is finished with a finite value"
    first, last = (
        f"**{number(row['median'], words.unit)}** ({plain(row['cell'])})" for _, row in cells.iloc[[0, -1]].iterrows()
    )
    return f"{runs}: median {plain(words.label)} {f'{first}.' if len(cells) == 1 else f'from {first} to {last}.'}"


def said(study: CellStudy, words: Metric) -> list[str]:
    """What the seeds allow to say: which cells may be best, and which of those costs least."""
    if study.mixed:
        return []  # what is said instead: `mixed`
    if isinstance(study.found, str):
        return [plain(study.found)]
    sentences = [plain(best_words(study.found, Words(words.label, words.unit)))]
    may_be = study.cells[study.cells["candidate"]]
    told: dict[str, list[str]] = {}
    for cost, verb in ((WEIGHTS, "has the fewest weights"), (WORK, "takes the fewest training operations")):
        known = may_be.dropna(subset=cost).sort_values(cost, kind="stable")
        if known[cost].nunique() > 1:
            least = known.iloc[0]
            told.setdefault(str(least["cell"]), []).append(f"{verb} ({cost_text(least[cost], cost)})")
    if told:
        parts = [f"{plain(cell)} {listed(verbs)}" for cell, verbs in told.items()]
        sentences.append(f"Of the {len(may_be)} that are indistinguishable, {listed(parts)}.")
    return sentences


def mixed(study: CellStudy) -> str:
    """Say what else differs between the runs of a cell; "" if nothing but the seeds does."""
    if not study.mixed:
        return ""
    differ = plain(listed(labels(study.mixed)))
    return (
        f"A cell mixes settings: its runs differ in {differ}, not only in their seeds. So no cell is called the best. "
        f"Choose one value of {'it' if len(study.mixed) == 1 else 'each'} in the sidebar, or put "
        f"{'it' if len(study.mixed) == 1 else 'them'} on an axis or into panels."
    )


def beyond(study: CellStudy) -> str:
    """Say what differs between cells and is on no axis; "" if nothing does."""
    if not study.beyond:
        return ""
    differ = plain(listed(labels(study.beyond)))
    return (
        f"Cells differ in more than the axes: in {differ}. A difference between cells may be due to that; put it on an "
        "axis or into panels, or choose one of its values in the sidebar."
    )


def used_of_matched(study: CellStudy) -> str:
    """Say how many of the matched runs are in the statistics, and why the rest is not."""
    return f"{account(len(study.used), len(study.runs), reasons(study.runs))}."


def map_caption(study: CellStudy, grids: Sequence[pd.DataFrame], what: Shown) -> str:
    """Say what the marks of the maps mean: those that are there."""
    kinds = {kind for grid in grids for kind in grid["kind"]}
    parts = [f"Colour: median {plain(what.words.label)} over the seeds"]
    if isinstance(study.found, Best):
        mean = "geometric mean" if study.log else "mean"
        parts.append(f"star: the best cell, with the smallest {mean}")
        parts.append(
            f"white outline: indistinguishable from it (Gupta's subset selection, {100 * LEVEL:g} % for all "
            f"{len(study.found.table)} {'ranked ' if study.found.not_ranked else ''}cells together)"
        )
        parts += ["not ranked: cells of which more than a tenth of the runs diverged"] if study.found.not_ranked else []
    parts += ["hatched: no run"] if EMPTY in kinds else []
    parts += ["grey: no usable run"] if kinds & {IDLE, LOST} else []
    parts += ["cross: all its runs diverged"] if LOST in kinds else []
    return f"{'; '.join(parts)}."


def line_caption(axes: LineAxes, log_wanted: bool, most: int) -> str:
    """Say what the marks of the curves mean; `most`: the runs of the fullest panel."""
    point = "Point: one run; l" if most <= MOST_POINTS else f"Single runs are drawn up to {MOST_POINTS:,} a panel. L"
    cross = "; cross above the axis: a run without a finite value" if axes.strip else ""
    click = " Click a point to see its run." if most <= MOST_POINTS else ""
    linear = " The axis is linear: zero has no logarithm." if log_wanted and not axes.log else ""
    return f"{point}ine: median over the seeds; band: their quartiles{cross}.{click}{linear}"
