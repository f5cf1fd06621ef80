"""The scatter: every run has a place, on the axes or in a strip, as a point or counted in a cell."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pages.shared.charts.cells import cells
from pages.shared.charts.positions import Quantity, can_be_log, positions
from pages.shared.charts.scatter import MOST_POINTS, PICK, scatter

TIME, ERROR, WIDTH = Quantity("training time (s)", True), Quantity("error (%)", True), Quantity("width", True)


def some_runs(n: int) -> pd.DataFrame:
    """Four runs lack a place across, two of them and one more a place up."""
    y = 5.0 + np.arange(n) % 7
    x = 1.0 + np.arange(n) % 11
    x[:4], y[2:5] = np.nan, np.inf
    names = [f"r{i}" for i in range(n)]
    width = pd.array(np.resize([8, 16, 32], n), "Int64")
    return pd.DataFrame({"run_key": names, "run_id": names, "state": "finished", "x": x, "y": y, "colour": width})


def layers(runs: pd.DataFrame, colour: Quantity | None = WIDTH, selected: str | None = None) -> list[dict[str, Any]]:
    spec = scatter(runs, TIME, ERROR, colour, "light", selected).to_dict()
    rows = spec["datasets"]
    return [layer | {"rows": rows[layer.get("data", spec.get("data"))["name"]]} for layer in spec["layer"]]


@pytest.mark.parametrize("n", [50, MOST_POINTS + 1])
def test_every_run_is_drawn(n: int) -> None:
    found = [layer for layer in layers(some_runs(n)) if layer["mark"]["type"] in ("point", "rect")]
    assert sum(row.get("n", 1) for layer in found for row in layer["rows"]) == n
    kinds = [(layer["encoding"]["x"].get("field"), layer["encoding"]["y"].get("field")) for layer in found]
    assert kinds == [("x", "y"), ("x", None), (None, "y"), (None, None)]


def test_cells_count_runs_and_take_the_median_colour() -> None:
    runs = some_runs(3000)
    found = cells(runs, positions(runs["x"], TIME), positions(runs["y"], ERROR))
    assert found["n"].sum() == 3000
    assert found[found["x"].isna()]["n"].sum() == 4
    assert found[found["y"].isna()]["n"].sum() == 3
    inside = found.dropna(subset=["x", "y"])
    assert len(inside) == 77
    first = inside[inside["x"] == inside["x"].min()].iloc[0]
    here = runs[(runs["x"] == 1.0) & (runs["y"] == first["y"])]
    assert (first["n"], first["value"]) == (len(here), here["colour"].median())


def test_names_are_in_natural_order_and_what_is_unset_is_told() -> None:
    runs = some_runs(12).assign(x=["[4]", "[18]", None] * 4, colour=["b", None, "a"] * 4)
    point = layers(runs, Quantity("activation"))[-2]
    assert '["[4]", "[18]", "(unset)"]' in point["encoding"]["x"]["axis"]["labelExpr"]
    assert point["encoding"]["color"]["scale"]["domain"] == ["a", "b", "(unset)"]
    assert {row["colour"] for row in point["rows"]} == {"a", "b", "(unset)"}


def test_zeros_times_and_names_have_no_logarithm() -> None:
    assert not can_be_log(pd.Series([0.0, 1.0]))
    assert can_be_log(pd.Series([2.0, np.nan, np.inf]))
    assert not can_be_log(pd.Series(["a"]))
    zero = positions(pd.Series([0.0, 1.0]), ERROR)
    assert not zero.log
    when = positions(pd.to_datetime(pd.Series(["2026-01-28T12:00Z", None])), Quantity("created"))
    assert when.time
    assert when.at[0] == 1769601600000.0
    assert np.isnan(when.at[1])


def test_a_click_selects_a_run_and_the_selected_one_has_a_ring() -> None:
    spec = scatter(some_runs(20), TIME, ERROR, None, "dark", "r9").to_dict()
    assert [one["name"] for one in spec["params"]] == [PICK]
    rings = [layer for layer in spec["layer"] if "transform" in layer]
    assert len(rings) == 1
    assert rings[0]["transform"] == [{"filter": "(datum.run_key === 'r9')"}]


def test_equal_values_and_nothing_finite_are_drawn() -> None:
    same = some_runs(2500).assign(x=3.0, y=7.0, colour=pd.array([8] * 2500, "Int64"))
    assert cells(same, positions(same["x"], TIME), positions(same["y"], ERROR))["n"].tolist() == [2500]
    assert layers(same)
    assert layers(some_runs(6).assign(y=np.nan, x=np.nan, colour=np.nan))
