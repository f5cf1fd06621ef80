"""What the axes and values of maps and curves over parameters are called, and the texts in cells and their tips."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import NamedTuple

import pandas as pd

from orbitsens.sensitivity.cell_study import CellStudy
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.training_cost import COST
from pages.shared.cells.data import DATASET, Axes, Panel
from pages.shared.text import Metric, number, span

METRIC, WEIGHTS, WORK = "metric", "n_parameters", COST
COSTS: Mapping[str, Metric] = {
    WEIGHTS: Metric("weights of the model", "", "How many numbers of the model are trained."),
    WORK: Metric(
        "training operations",
        "GFLOP",
        "An estimate in billions of floating-point operations: 36 x weights x steps x segments of a batch x intervals "
        "between the samples of a segment. A time would depend on what else the machine did.",
    ),
}
_UNITS: Mapping[str, str] = {
    "batch_size": "segments",
    "depth": "hidden layers",
    "segment_ratio_final": "%",
    "width": "units of a layer",
}


class Shown(NamedTuple):
    """What is drawn: its column in the cells and in the runs, and what it is called."""

    of_cells: str
    of_runs: str
    words: Metric

    @property
    def title(self) -> str:
        """Name and unit."""
        return f"{self.words.label} ({self.words.unit})" if self.words.unit else self.words.label


def shown(what: str, words: Metric) -> Shown:
    """The metric itself, or a cost by its name."""
    return Shown("median", "value", words) if what == METRIC else Shown(what, what, COSTS[what])


def axis_name(parameter: str) -> str:
    """What an axis is called, with its unit."""
    if parameter == DATASET:
        return "what it was measured on"
    return f"{label(parameter)} ({_UNITS[parameter]})" if parameter in _UNITS else label(parameter)


def cost_text(value: float, cost: str) -> str:
    """A cost with its unit, which weights have none of: "9,220", "12.3 s"."""
    return f"{value:,.0f}" if cost == WEIGHTS else number(value, COSTS[cost].unit)


def cell_texts(panel: Panel, what: Shown, words: Metric) -> pd.DataFrame:
    """The cells with what is drawn of them: columns value and word, and what their tips say."""
    cells, unit = panel.cells, words.unit
    value = cells[what.of_cells]
    means = zip(cells["mean"], cells["low"], cells["high"], strict=True)
    return cells.assign(
        value=value,
        word=[_word(v, what) for v in value],
        told_median=[number(v, unit) if pd.notna(v) else "" for v in cells["median"]],
        told_mean=[_mean(*row, unit) for row in means],
        told_runs=[_runs(*row) for row in zip(cells["n"], cells["n_runs"], cells["diverged"], strict=True)],
        told_verdict=[_verdict(*row, panel.study) for row in _verdicts(cells)],
        told_weights=[f"{v:,.0f}" if pd.notna(v) else "unknown" for v in cells[WEIGHTS]],
        told_work=[number(v, "GFLOP") if pd.notna(v) else "unknown" for v in cells[WORK]],
    )


def cells_table(panels: Sequence[Panel], words: Metric) -> pd.DataFrame:
    """All cells of all panels in numbers, the smallest median first."""
    unit = f" ({words.unit})" if words.unit else ""
    mean = "geometric mean" if panels[0].study.log else "mean"
    interval = f"{100 * LEVEL:g} % interval"
    verdicts = [_verdict(*row, panel.study) for panel in panels for row in _verdicts(panel.cells)]
    cells = pd.concat([panel.cells for panel in panels]).assign(verdict=verdicts).sort_values("median", kind="stable")
    return pd.DataFrame(
        {
            "cell": cells["cell"],
            "used": cells["n"],
            "matched": cells["n_runs"],
            "diverged": cells["diverged"],
            f"median{unit}": cells["median"],
            f"lower quartile{unit}": cells["q1"],
            f"upper quartile{unit}": cells["q3"],
            f"{mean}{unit}": cells["mean"],
            f"its {interval} from{unit}": cells["low"],
            f"to{unit}": cells["high"],
            "against the best cell": cells["verdict"],
            COSTS[WEIGHTS].label: cells[WEIGHTS].round().astype("Int64"),
            f"{COSTS[WORK].label} ({COSTS[WORK].unit})": cells[WORK],
        }
    )


def tips(axes: Axes, study: CellStudy, words: Metric) -> dict[str, str]:
    """The columns of a cell's tip, and what it calls them."""
    return {
        "x": axis_name(axes.x),
        **({"y": axis_name(axes.y)} if axes.y else {}),
        "told_median": f"median {words.label}",
        "told_mean": f"{'geometric ' if study.log else ''}mean ({100 * LEVEL:g} % interval)",
        "told_runs": "runs",
        "told_verdict": "against the best cell",
        "told_weights": COSTS[WEIGHTS].label,
        "told_work": COSTS[WORK].label,
    }


def _word(value: float, what: Shown) -> str:
    if isnan(value):
        return ""
    return f"{value:,.0f}" if what.of_cells == WEIGHTS else number(value)


def _runs(n: int, of: int, diverged: int) -> str:
    return f"{n} used of {of}" + (f", {diverged} diverged" if diverged else "")


def _mean(mean: float, low: float, high: float, unit: str) -> str:
    if isnan(mean):
        return "unknown"
    return f"{number(mean, unit)} ({'one run, so no interval' if isnan(low) else span(low, high, unit)})"


def _verdicts(cells: pd.DataFrame) -> Iterable[tuple[bool, bool, bool, float]]:
    return zip(cells["best"], cells["candidate"], cells["ranked"], cells["mean"], strict=True)


def _verdict(best: bool, candidate: bool, ranked: bool, mean: float, study: CellStudy) -> str:
    if study.mixed:
        return "not compared: more than one setting"
    if best:
        return "the best"
    if candidate:
        return "indistinguishable from it"
    if not ranked:
        return "not ranked, because runs diverged"
    return "unknown" if isnan(mean) else "worse"
