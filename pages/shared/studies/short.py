"""A study on the home page: its answer in a sentence, with the uncertainty, and a picture; both as its own page has."""

from functools import partial
from typing import NamedTuple

import altair as alt

from orbitsens.sensitivity import wording
from pages.shared import study_data
from pages.shared.cells import data as cell_data
from pages.shared.cells.controls import MAP, Choice
from pages.shared.cells.views import lines, maps
from pages.shared.cells.words import METRIC, shown
from pages.shared.charts.effects import effect_chart
from pages.shared.charts.gridmaps import heatmap
from pages.shared.charts.setting_names import setting_names
from pages.shared.charts.theme import Theme
from pages.shared.charts.violins import violins
from pages.shared.data import Measured, metric_choices
from pages.shared.grids import data as grid_data, panels as grid_panels
from pages.shared.grids.controls import DEFAULT, SPREAD, Look
from pages.shared.grids.model_choice import all_seeds, labelled, usual
from pages.shared.grids.text import GRID_FIELDS, answer
from pages.shared.measures import headline
from pages.shared.sensitivity.data import analysis, remark
from pages.shared.start import View
from pages.shared.studies.known import AREA, BEST, Study
from pages.shared.text import axis_title, count, dataset_label, metric, plain

FIELD = "acceleration_error"


class Short(NamedTuple):
    """The answer as Markdown, how many runs it is of, and what draws the pictures."""

    answer: str
    used: str
    charts: dict[str, "partial[alt.LayerChart]"]


def short(study: Study, view: View) -> Short | None:
    """Of the runs of the study's group, which `view` has; None where they were not measured."""
    if study.answer == AREA:
        return _of_grids(view)
    measured = headline(metric_choices(view.catalogue, view.filter))
    return None if measured is None else _of_runs(study, view, measured)


def _of_runs(study: Study, view: View, measured: Measured) -> Short | None:
    found = analysis(view.catalogue, view.filter, measured, view.but)
    if isinstance(found.response, str):
        return None
    words = wording.Metric(metric(measured.metric).label, metric(measured.metric).unit)
    used = f"{found.response.counted}, on {dataset_label(measured.dataset, measured.split)}."
    if study.page == "seeding":
        best = study.answer == BEST
        sentence = plain(wording.best_sentence(found, words) if best else wording.noise_sentence(found.noise, words))
        linear = plain(remark(view.catalogue, view.filter, measured, view.but))
        sentence = f"{sentence} **{linear}**" if linear else sentence
        seeds = study_data.study(view.catalogue, view.filter, measured, view.but, log=True)
        called = setting_names(list(dict.fromkeys(seeds.runs["setting"])))
        draw = partial(violins, seeds, axis_title(measured.metric), names=called)
        return Short(sentence, f"{used} {plain(called.key)}", {"": draw})
    first = wording.parameter_sentences(found.effects, words)[0]
    told = f"**{plain(first.verdict)}**{plain(first.rest)}" if first.verdict else plain(first.rest)
    if study.axes[0]:
        return Short(told, used, _cells(study, view, measured))
    if isinstance(found.effects, str):
        return Short(told, used, {})
    return Short(told, used, {"": partial(effect_chart, found.effects)})


def _cells(study: Study, view: View, measured: Measured) -> "dict[str, partial[alt.LayerChart]]":
    axes, what = cell_data.Axes(*study.axes), shown(METRIC, metric(measured.metric))
    how = Choice(measured, [measured], axes, what, MAP, log=True, log_x=True)
    panels = cell_data.panels(view, axes, measured, [measured])
    if study.page == "architecture":
        return {"": partial(maps(panels, how)[1], 0)}
    drawn = lines(panels, how, what)
    return {} if drawn is None else {"": partial(drawn[1], 0)}


def _of_grids(view: View) -> Short | None:
    places = grid_data.places(view.catalogue)
    evaluated = grid_data.evaluated(places)
    models, _ = grid_data.models(view.catalogue, view.filter, (), evaluated)
    if models.empty or not evaluated:
        return None
    first = models.set_index("run_key").loc[usual(models, evaluated)].reset_index()
    runs = labelled(models.set_index("run_key").loc[all_seeds(models, first)].reset_index())
    files, damaged = grid_data.readable(grid_data.grid_files(places, tuple(runs["model_sha256"]), DEFAULT))
    runs = runs[runs["model_sha256"].isin(list(files))]
    if runs.empty:
        return None
    grids = {row["label"]: grid_data.cells(files[row["model_sha256"]]) for row in runs.to_dict("records")}
    limit = GRID_FIELDS[FIELD].threshold
    how = Look(FIELD, log=True, clip=2.0, threshold=limit, view=SPREAD)
    drawn = [panel for panel in grid_panels.panels(grids, runs, how) if panel.field == FIELD]
    charts = {panel.name: partial(heatmap, panel.cells, panel.field, panel.scale, panel.overlay) for panel in drawn}
    said = f"{len(runs)} models with a grid used."
    if damaged:
        said += f" {count(len(damaged), 'grid')} cannot be read: run `python -m runner doctor --repair`."
    return Short(answer(grids, list(runs["setting"]), FIELD, limit), said, charts)


def draw(chart: "partial[alt.LayerChart]", theme: Theme, name: str) -> alt.LayerChart:
    """The picture in the app's colours, under its name."""
    return chart(theme).properties(title=name) if name else chart(theme)
