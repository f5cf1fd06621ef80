"""What is drawn: checked in the Vega-Lite specification, and by drawing it."""

from typing import Any
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.seeding import SeedStudy, seed_study
from pages.shared.charts.picture import picture
from pages.shared.charts.ticks import log_ticks
from pages.shared.charts.violins import PICK, PICK_UNUSABLE, violins

VALUES = [6.8, 6.9, 7.0, 7.0, 7.1, 7.1, 7.2, 7.3, 7.3, 14.0]


def study(values: list[float], log: bool = True, widths: list[int] | None = None) -> SeedStudy:
    n = len(values)
    runs = pd.DataFrame(
        {
            "run_key": [f"t/p/r{i}" for i in range(n)],
            "run_id": [f"r{i}" for i in range(n)],
            "state": ["finished" if np.isfinite(v) else "diverged" for v in values],
            "setting_hash": "h",
            "seed": pd.array(range(n), dtype="Int64"),
            "value": values,
            "width": widths or 64,
        }
    )
    return seed_study(runs, ["width"] if widths else [], log)


def layers(chart: alt.LayerChart, mark: str) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    found = [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]
    return [layer | {"rows": spec["datasets"][layer.get("data", spec.get("data"))["name"]]} for layer in found]


def test_every_run_is_a_point_with_seed_and_run_id_in_its_tip() -> None:
    (points,) = layers(violins(study(VALUES), "error (%)", "light"), "point")
    assert [row["run_id"] for row in points["rows"]] == [f"r{i}" for i in range(10)]
    assert [row["kind"] for row in points["rows"]] == ["run"] * 9 + ["stands out"]
    assert {"seed", "value", "run_id"} <= {tip["field"] for tip in points["encoding"]["tooltip"]}


def test_a_violin_a_quartile_bar_and_a_median_for_each_setting() -> None:
    chart = violins(study([*VALUES, *VALUES], widths=[8] * 10 + [64] * 10), "error (%)", "light")
    (area,), (bar,), (tick,) = layers(chart, "area"), layers(chart, "rule"), layers(chart, "tick")
    assert {row["setting"] for row in area["rows"]} == {"width 8", "width 64"}
    assert len(bar["rows"]) == len(tick["rows"]) == 2
    assert bar["encoding"]["x"]["field"] == "q1"
    assert tick["encoding"]["x"]["field"] == "median"
    assert '[["8"], ["64"]]' in tick["encoding"]["y"]["axis"]["labelExpr"]
    assert tick["encoding"]["y"]["title"] == "width"


def test_points_lie_inside_their_violin() -> None:
    chart = violins(study(VALUES), "error (%)", "light")
    (area,), (points,) = layers(chart, "area"), layers(chart, "point")
    x = [row["value"] for row in area["rows"]]
    for row in points["rows"]:
        low, high = (np.interp(row["value"], x, [r[edge] for r in area["rows"]]) for edge in ("y", "y2"))
        assert low - 1e-9 <= row["y"] <= high + 1e-9


def test_diverged_runs_have_a_strip_and_can_be_clicked() -> None:
    chart = violins(study([*VALUES, float("nan"), float("inf")]), "error (%)", "light")
    points, strip = layers(chart, "point")
    assert len(points["rows"]) == 10
    assert [row["kind"] for row in strip["rows"]] == ["no finite value"] * 2
    assert strip["rows"][0]["y"] != strip["rows"][1]["y"]
    assert [param["name"] for param in chart.to_dict()["params"]] == [PICK, PICK_UNUSABLE]


@pytest.mark.parametrize(("selected", "rings"), [("t/p/r3", 1), ("t/p/r10", 1), ("t/p/gone", 0), (None, 0)])
def test_the_selected_run_has_a_ring(selected: str | None, rings: int) -> None:
    chart = violins(study([*VALUES, float("nan")]), "error (%)", "light", selected)
    assert len(layers(chart, "point")) == 2 + rings


@pytest.mark.parametrize(("log", "kind"), [(True, "log"), (False, "linear")])
def test_the_axis_is_the_one_asked_for(log: bool, kind: str) -> None:
    (points,) = layers(violins(study(VALUES, log), "error (%)", "dark"), "point")
    assert points["encoding"]["x"]["scale"]["type"] == kind
    assert points["encoding"]["x"]["title"] == "error (%)"


def test_few_runs_are_points_without_a_violin() -> None:
    chart = violins(study([7.0, 7.1, 7.2]), "error (%)", "light")
    assert not layers(chart, "area")
    assert len(layers(chart, "point")[0]["rows"]) == 3


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([6.5, 13.5], [7, 8, 9, 10, 11, 12, 13]),
        ([2.02, 2.09], [2.02, 2.03, 2.04, 2.05, 2.06, 2.07, 2.08, 2.09]),
        ([0.001, 0.0031], [0.001, 0.0015, 0.002, 0.0025, 0.003]),
        ([0.9, 80.0], [1, 2, 5, 10, 20, 50]),
        ([0.03, 20000.0], [0.1, 1, 10, 100, 1000, 10000]),
        ([5.0], []),
        ([], []),
    ],
)
def test_ticks_of_a_logarithmic_axis(values: list[float], ticks: list[float]) -> None:
    assert log_ticks(values) == pytest.approx(ticks)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_picture_names_its_runs(kind: str) -> None:
    chart = violins(study([*VALUES, float("nan")]), "error (%)", "light")
    data = picture(chart, kind, "sweep-seeds-v2", ["error on x_test", "10 of 11 matched runs used"])  # type: ignore[arg-type]
    if kind == "png":
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20]) > 1800  # px wide
    else:
        texts = [element.text for element in ElementTree.fromstring(data.decode()).iter() if element.text]
        assert {"sweep-seeds-v2", "10 of 11 matched runs used", "error (%)", "seed 9"} <= set(texts)


def test_a_picture_may_have_many_runs() -> None:
    values = np.random.default_rng(0).lognormal(2.0, 0.1, 6000).tolist()
    assert picture(violins(study(values), "error (%)", "light"), "png", "many", ["runs"]).startswith(b"\x89PNG")
