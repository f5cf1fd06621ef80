"""Maps of two parameters and curves over one: checked in the Vega-Lite specification, and by drawing it."""

import re
from typing import Any
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.cell_study import CellStudy, cell_study
from pages.shared.charts.cellmaps import EMPTY, IDLE, LOST, PICK, PICK_IDLE, SHOWN, cell_grid, cell_map
from pages.shared.charts.gridmaps import ColourScale
from pages.shared.charts.picture import picture, side_by_side
from pages.shared.charts.seedlines import LineAxes, can_be_log, positions, seed_lines
from pages.shared.charts.violins import PICK as PICK_RUN, PICK_UNUSABLE
from tests.sensitivity.simulated import factorial

BEST = "width 64 · depth 3"


def study(**changes: Any) -> CellStudy:
    """Width 8 is worse, 8 x 1 diverged, 64 x 1 was never run, 16 x 3 crashed, one of 16 x 1 diverged."""
    levels = {"width": [8, 16, 64], "depth": [1, 3]}
    worse = {8: 0.6, 16: 0.3, 64: 0.0}
    runs = factorial(levels, 4, np.random.default_rng(0), lambda row: worse[row["width"]] - 0.05 * row["depth"])
    runs = runs.assign(n_parameters=1, train_gflop=1.0, run_id=runs["run_key"])
    size = list(zip(runs["width"], runs["depth"], strict=True))
    lost = pd.Series([s == (8, 1) for s in size]) | (pd.Series([s == (16, 1) for s in size]) & runs["seed"].eq(2))
    runs.loc[lost, ["state", "value"]] = ["diverged", np.nan]
    runs.loc[[s == (16, 3) for s in size], ["state", "value"]] = ["crashed", np.nan]
    return cell_study(runs[[s != (64, 1) for s in size]].assign(**changes), ["width", "depth"])


def grid(of: CellStudy) -> pd.DataFrame:
    cells = of.cells.rename(columns={"width": "x", "depth": "y"}).assign(value=lambda rows: rows["median"])
    cells["word"] = cells["value"].map("{:.3g}".format)
    return cell_grid(cells, of.levels["width"], of.levels["depth"])


def drawn(of: CellStudy, selected: str = "", theme: Any = "light") -> alt.LayerChart:
    values = of.cells["median"].dropna()
    scale = ColourScale((values.min(), values.max()), of.log, "error (%)")
    return cell_map(grid(of), ("width", "depth"), scale, {"cell": "cell"}, theme, selected)


def rows(chart: alt.LayerChart, mark: str, **look: object) -> list[dict[str, Any]]:
    """The rows of all layers of a mark with these properties."""
    spec = chart.to_dict()
    found = []
    for layer in spec["layer"]:
        if layer["mark"]["type"] == mark and look.items() <= layer["mark"].items():
            found += spec["datasets"][layer.get("data", spec.get("data"))["name"]]
    return found


def test_every_pair_of_values_has_a_cell_of_its_kind() -> None:
    kinds = grid(study()).set_index(["x", "y"])["kind"].to_dict()
    assert kinds == {
        ("8", "1"): LOST,
        ("8", "3"): SHOWN,
        ("16", "1"): SHOWN,
        ("16", "3"): IDLE,
        ("64", "1"): EMPTY,
        ("64", "3"): SHOWN,
    }


def test_the_best_has_a_star_and_an_outline_and_a_worse_cell_has_none() -> None:
    chart = drawn(study())
    assert [row["cell"] for row in rows(chart, "rect", stroke="#FFFFFF")] == [BEST]
    (star,) = rows(chart, "point", fill="#FFFFFF")
    assert star["cell"] == BEST
    noise = drawn(study(value=np.random.default_rng(1).lognormal(size=20)))
    # Width 16 x depth 1 lost one of its four runs and is not ranked.
    assert len(rows(noise, "rect", stroke="#FFFFFF")) == 2


def test_cells_without_a_number_say_why_and_can_be_clicked() -> None:
    chart = drawn(study())
    assert {row["cell"] for row in rows(chart, "rect", opacity=0.45)} == {"width 8 · depth 1", "width 16 · depth 3"}
    assert [row["cell"] for row in rows(chart, "point", shape="cross")] == ["width 8 · depth 1"]
    hatched = [layer["mark"] for layer in chart.to_dict()["layer"] if isinstance(layer["mark"].get("color"), dict)]
    assert [mark["color"]["gradient"] for mark in hatched] == ["linear"]
    assert {param["name"] for param in chart.to_dict()["params"]} == {PICK, PICK_IDLE}
    assert [row["lost"] for row in rows(chart, "text", fontSize=9)] == ["1 diverged"]


@pytest.mark.parametrize(("selected", "rings"), [(BEST, 1), ("width 8 · depth 1", 1), ("gone", 0), ("", 0)])
def test_the_selected_cell_has_a_ring(selected: str, rings: int) -> None:
    assert len(rows(drawn(study(), selected), "rect", strokeWidth=3.0)) == rings


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_map_is_drawn_with_its_numbers_and_axes(theme: str) -> None:
    svg = picture(drawn(study(), theme=theme), "svg", "sizes", ["20 runs"]).decode()
    texts = {element.text for element in ElementTree.fromstring(svg).iter() if element.text}
    cells = study().cells
    assert {"width", "depth", "error (%)", "8", "16", "64", "1", "3"} <= texts
    assert {f"{value:.3g}" for value in cells["median"].dropna()} <= texts


def test_nothing_usable_is_a_map_all_the_same() -> None:
    nothing = study(state="diverged", value=np.nan)
    scale = ColourScale((1.0, 1.0), True, "error (%)")
    chart = cell_map(grid(nothing), ("width", "depth"), scale, {"cell": "cell"}, "light")
    assert len(rows(chart, "point", shape="cross")) == 5
    assert picture(chart, "svg", "sizes", []).startswith(b"<svg")


def test_one_cell_and_equal_values_are_drawn() -> None:
    one = study().used.head(1).drop(columns="cell")
    single = cell_study(one, ["width", "depth"])
    assert picture(drawn(single), "svg", "one", []).startswith(b"<svg")


def lines(of: CellStudy, x: str = "width", line: str = "depth", **changes: Any) -> alt.LayerChart:
    runs = of.runs.assign(x=of.runs[x], line=of.runs[line], lost=of.runs["state"].eq("diverged"))
    values = runs["value"].dropna()
    axes = LineAxes(of.levels[x], of.levels[line], x, line, "error (%)", (values.min(), values.max()), True, True, True)
    return seed_lines(runs, axes._replace(**changes), "light", runs["run_key"].iloc[-1])


def layers(chart: alt.LayerChart, mark: str) -> list[dict[str, Any]]:
    return [layer for layer in chart.to_dict()["layer"] if layer["mark"]["type"] == mark]


def test_every_used_run_is_a_point_and_every_diverged_one_a_cross() -> None:
    of = study()
    chart = lines(of)
    assert {row["run_key"] for row in rows(chart, "circle")} == set(of.used["run_key"])
    lost = of.runs[of.runs["state"] == "diverged"]
    assert {row["run_key"] for row in rows(chart, "point", shape="cross")} == set(lost["run_key"])
    assert {param["name"] for param in chart.to_dict()["params"]} == {PICK_RUN, PICK_UNUSABLE}
    assert len(rows(chart, "point", shape="circle")) > 0


def test_side_by_side_the_points_keep_their_places() -> None:
    def heights(chart: Any) -> list[float]:
        svg = picture(chart, "svg", "t", []).decode()
        places = re.findall(r'aria-roledescription="circle" transform="translate\([^,]+,([^)]+)\)"', svg)
        return [float(height) for height in places]

    chart = lines(study())
    alone, beside = heights(chart), heights(side_by_side({"a": chart, "b": chart}, 2))
    assert max(alone) - min(alone) > 150.0
    assert max(beside) - min(beside) == pytest.approx(max(alone) - min(alone))


def test_lines_go_through_medians_and_bands_are_quartiles() -> None:
    of = study()
    (row,) = [row for row in rows(lines(of), "line") if (row["line"], row["place"]) == ("3", 64.0)]
    cell = of.cells.set_index("cell").loc[BEST]
    assert (row["q1"], row["median"], row["q3"], row["n"]) == (cell["q1"], cell["median"], cell["q3"], 4)
    (band,) = layers(lines(of), "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("q1", "q3")


@pytest.mark.parametrize(("log", "kind"), [(True, "log"), (False, "linear")])
def test_axes_are_those_asked_for(log: bool, kind: str) -> None:
    (points,) = layers(lines(study(), log=log, log_x=log), "circle")
    assert points["encoding"]["x"]["scale"]["type"] == kind if log else "type" not in points["encoding"]["x"]["scale"]
    assert points["encoding"]["y"]["scale"]["type"] == kind
    assert (points["encoding"]["x"]["title"], points["encoding"]["y"]["title"]) == ("width", "error (%)")


def test_words_and_unset_values_are_equally_far_apart() -> None:
    assert positions(["1.11", "25"]) == [1.11, 25.0]
    assert positions(["8", "(unset)"]) == []
    assert not can_be_log(["0", "1"]) and not can_be_log(["a", "b"]) and can_be_log(["1", "2"])
    of = study()
    runs = of.runs.assign(x=of.runs["width"].replace("64", "(unset)"), line=of.runs["depth"], lost=False)
    axes = LineAxes(("8", "16", "(unset)"), ("1", "3"), "width", "depth", "error", (1.0, 99.0), True, True, False)
    (points,) = layers(seed_lines(runs, axes, "light"), "circle")
    assert points["encoding"]["x"]["axis"]["values"] == [0, 1, 2]
    assert "(unset)" in points["encoding"]["x"]["axis"]["labelExpr"]


def test_more_lines_than_the_palette_has_colours_get_a_scale() -> None:
    of = study()
    (line,) = layers(lines(of, lines=tuple(str(i) for i in range(9))), "line")
    assert line["encoding"]["color"]["scale"]["scheme"] == "viridis"


def test_a_screen_reader_gets_a_cell_by_its_name_and_number() -> None:
    said = {row["spoken"] for row in rows(drawn(study()), "rect", cursor="pointer")}
    best = study().cells.set_index("cell").loc[BEST, "median"]
    assert {f"{BEST}: error (%) {best:.3g}", "width 8 · depth 1: error (%) all diverged"} <= said


def test_legends_and_axes_take_no_height_of_the_plot() -> None:
    assert drawn(study()).to_dict()["autosize"] == {"type": "fit-x", "contains": "padding"}
