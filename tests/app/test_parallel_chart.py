"""Parallel coordinates: a line a run or bundles of many, nothing dropped, what cannot be coloured is grey."""

import numpy as np
import pandas as pd

from pages.shared.charts.axes import ABOVE, axis
from pages.shared.charts.gridmaps import ColourScale
from pages.shared.charts.parallel import BRUSH, MOST_LINES, bundles, parallel

SCALE = ColourScale((5.0, 9.0), log=True, title="error (%)")


def some_runs(n: int) -> pd.DataFrame:
    width = np.resize([8, 16, 32], n)
    value = 5.0 + np.linspace(0.0, 4.0, n)
    value[1] = np.inf
    runs = pd.DataFrame({"run_id": [f"r{i}" for i in range(n)], "width": width, "value": value})
    return runs.astype({"width": "Int64"})


def test_every_run_is_in_the_bundles_and_words_say_where_they_go() -> None:
    runs = some_runs(900)
    axes = [axis("width", runs["width"]), axis("depth", runs["width"] // 8), axis("error (%)", runs["value"], log=True)]
    found = bundles(runs, axes)
    assert found.groupby("x")["n"].sum().tolist() == [900, 900]
    first = found[found["x"] == 0]
    assert list(zip(first["from"], first["to"], first["n"], strict=True)) == [
        ("8", "1", 300),
        ("16", "2", 300),
        ("32", "4", 300),
    ]
    lost = found[(found["x"] == 1) & (found["y2"] == ABOVE)]
    assert lost[["n", "to"]].to_numpy().tolist() == [[1, "not finite"]]
    assert lost["value"].isna().all()
    low = found[found["x"] == 1].sort_values("y2").iloc[0]
    assert low["to"].startswith("5 to 5.1")
    assert 5.0 <= low["value"] <= 5.2


def drawn(n: int) -> list[dict[str, object]]:
    runs = some_runs(n)
    axes = [axis("width", runs["width"]), axis("error (%)", runs["value"], log=True)]
    return parallel(runs, axes, SCALE, "light").to_dict()["layer"]


def test_few_runs_are_lines_and_many_are_bundles() -> None:
    few, many = drawn(MOST_LINES), drawn(MOST_LINES + 1)
    assert [layer["mark"]["type"] for layer in few].count("line") == 2  # grey ones below coloured ones
    assert [layer["mark"]["type"] for layer in many].count("line") == 0
    assert [layer["mark"]["type"] for layer in many].count("rule") == 3  # the axes, grey and coloured bundles


def test_a_drag_selects_a_stretch() -> None:
    runs = some_runs(30)
    axes = [axis("width", runs["width"]), axis("error (%)", runs["value"])]
    chart = parallel(runs, axes, SCALE, "dark").to_dict()
    assert [one["name"] for one in chart["params"]] == [BRUSH]


def test_runs_without_one_finite_value_are_drawn() -> None:
    runs = some_runs(5).assign(value=np.inf)
    axes = [axis("width", runs["width"]), axis("error (%)", runs["value"], log=True)]
    assert parallel(runs, axes, SCALE, "light").to_dict()["layer"]
    assert len(bundles(runs, axes)) == 3
