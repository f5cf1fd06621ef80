"""The choices of the Architecture and the Segment ratio page, all in the URL: axes, what is drawn and how."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pages.shared.cells.data import DATASET, Axes, varying
from pages.shared.cells.words import COSTS, METRIC, Shown, axis_name, shown
from pages.shared.controls import choose, places, switch
from pages.shared.data import Measured, kinds as kinds_of, metric_choices
from pages.shared.meanings import MEANINGS
from pages.shared.selectors import choose_measured
from pages.shared.start import View
from pages.shared.text import Metric, axis_title, metric, plain
from store.queries import DERIVED

MAP, LINES = "map", "lines"
NONE = "none"
_VIEWS = {MAP: "map", LINES: "curves"}
_LOG_TIP = "Errors are ratios: equal factors are equally far apart."


class Choice(NamedTuple):
    """What a page shows: a metric, the other places where it was measured, the axes, and how it is drawn."""

    measured: Measured
    others: list[Measured]
    axes: Axes
    shown: Shown
    view: str
    log: bool
    log_x: bool

    @property
    def metric(self) -> Metric:
        """The metric in words."""
        return metric(self.measured.metric)


def choose_cells(view: View, preferred: Axes, views: Sequence[str]) -> Choice:
    """Choose what is shown; `preferred`: the axes to begin with where they vary; `views`: the first is the usual."""
    columns = places(230, 230, 230, 130)
    measured = choose_measured(view, columns)
    with columns[2]:
        words = {METRIC: axis_title(measured.metric)} | {name: cost.label for name, cost in COSTS.items()}
        tips = "\n\n".join(f"**{cost.label}**: {cost.help}" for cost in COSTS.values())
        what = choose("Value", words, "show", tip=tips)
    with columns[3]:
        how = choose("View", {name: _VIEWS[name] for name in views}, "view")
    others = _places(view, measured.metric)
    below = places(230, 230, 230, 150)
    axes = _choose_axes(view, preferred, below, how, len(others) > 1)
    with below[3]:
        log = switch("log scale", "log", default=True, tip=_LOG_TIP)
        log_x = switch("log axis", "logx", default=True, tip="Of the parameter.") if how == LINES else False
    return Choice(measured, others, axes, shown(what, metric(measured.metric)), how, log, log_x)


def _choose_axes(view: View, preferred: Axes, columns: Sequence[Any], how: str, many: bool) -> Axes:
    kinds = kinds_of(view.catalogue)
    # First numbers, which ranges can be made of; what other parameters come to is rarely what one wants to see.
    vary = sorted(varying(view), key=lambda name: (name in DERIVED, kinds.get(name) == "word"))
    wanted = [name for name in preferred if name in vary] + [name for name in vary if name not in preferred]
    wanted += [name for name in preferred if name not in vary]
    tips = "\n\n".join(f"**{name}**: {plain(MEANINGS[name])}" for name in wanted if name in MEANINGS)
    names, none = {name: axis_name(name) for name in wanted}, {NONE: "none"}
    with columns[0]:
        x = choose("Across" if how == MAP else "Along the axis", names, "x", tip=tips, resets="cell")
    rest = {name: words for name, words in names.items() if name != x}
    with columns[1]:
        y = choose("Up" if how == MAP else "A line for each", rest | none, "y", tip=tips, resets="cell")
    rest = {name: words for name, words in rest.items() if name != y}
    rest |= {DATASET: axis_name(DATASET)} if many else {}
    usual = {name: words for name, words in rest.items() if name == preferred.panel and name in vary}
    with columns[2]:
        panel = choose("A panel for each", usual | none | rest, "panel", tip=tips, resets="cell")
    return Axes(x, "" if y == NONE else y, "" if panel == NONE else panel)


def _places(view: View, metric_key: str) -> list[Measured]:
    """Where the metric was measured, test data first."""
    choices = metric_choices(view.catalogue, view.filter)
    rows = choices[choices["metric"] == metric_key].sort_values("split", key=lambda split: split != "test")
    datasets = [dataset if isinstance(dataset, str) else None for dataset in rows["dataset"]]
    return [Measured(metric_key, *place) for place in zip(datasets, rows["split"], strict=True)]
