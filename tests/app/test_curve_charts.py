"""Histories as drawn: nothing invented, nothing hidden, lost runs marked."""

from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from pages.shared.charts.curve_data import MOST_POINTS, MOST_TIPS, curve_data
from pages.shared.charts.curves import MOST_READ, curves_chart
from pages.shared.charts.lines import running_median, stretches, thinned
from pages.shared.charts.picture import picture, side_by_side

NO_BORDERS = pd.DataFrame({"step": [], "name": []})
numbers = st.lists(st.floats(-1e6, 1e6), max_size=60)


def line(values: list[float], series: str = "width 8", label: str = "seed 0", first_stage: int = 10**6) -> pd.DataFrame:
    step = np.arange(1, len(values) + 1)
    return pd.DataFrame(
        {"series": series, "label": label, "step": step, "value": values, "stage": (step > first_stage).astype(int)}
    )


def drawn(chart: alt.LayerChart | None, mark: str) -> list[dict[str, Any]]:
    assert chart is not None
    spec = chart.to_dict()
    found = [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]
    return [layer | {"rows": spec["datasets"][layer.get("data", spec.get("data"))["name"]]} for layer in found]


@given(numbers, st.sampled_from([1, 3, 5, 21, 101]))
def test_smoothing_only_gives_values_that_were_logged(values: list[float], window: int) -> None:
    smooth = running_median(values, window)
    assert len(smooth) == len(values)
    for i, value in enumerate(smooth):
        reach = min(i, len(values) - 1 - i, window // 2)
        assert value == np.median(values[i - reach : i + reach + 1])
        assert value in values


def test_smoothing_reaches_across_no_gap_and_no_stage() -> None:
    values = [1.0, 1.0, 1.0, np.nan, 9.0, 9.0, 9.0, 5.0, 5.0, 5.0]
    curves = curve_data(line(values, first_stage=7), log=False, window=21)
    assert curves.smooth["value"].tolist() == [1.0] * 3 + [9.0] * 3 + [5.0] * 3
    assert curves.smooth["part"].nunique() == 3
    assert curves.raw["part"].nunique() == 2  # the raw line goes on from stage to stage
    assert curves.raw["value"].tolist() == [1.0] * 3 + [9.0] * 3 + [5.0] * 3


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(np.nan)), max_size=300), st.integers(8, 100))
def test_thinning_keeps_ends_and_extremes_and_the_order(values: list[float], most: int) -> None:
    kept = thinned(values, most)
    assert len(kept) <= max(most, 4)
    assert (np.diff(kept) > 0).all()
    if values:
        assert {0, len(values) - 1} <= set(kept)
    finite = [v for v in values if np.isfinite(v)]
    if finite:
        assert {min(finite), max(finite)} <= {values[i] for i in kept}


def test_a_short_line_is_whole() -> None:
    assert thinned([3.0, 1.0, 2.0], 8).tolist() == [0, 1, 2]
    assert stretches([True, False, True, True]).tolist() == [1, 1, 2, 2]


def test_fifty_long_runs_are_drawn_with_few_points_and_every_spike() -> None:
    rng = np.random.default_rng(0)
    runs = [line(rng.lognormal(size=3000).tolist(), label=f"seed {i}") for i in range(50)]
    runs[7].loc[1234, "value"] = 1e6
    curves = curve_data(pd.concat(runs), log=True, window=101, band=True)
    assert curves.n_lines == 50
    assert len(curves.raw) <= MOST_POINTS
    assert curves.raw["value"].max() == curves.bands["high"].max() == 1e6
    assert len(curves.tips) == MOST_TIPS


def test_the_band_is_over_the_seeds_of_each_setting() -> None:
    runs = [line([1.0, 10.0]), line([2.0, 20.0], label="seed 1"), line([4.0, np.nan], label="seed 2")]
    curves = curve_data(pd.concat([*runs, line([7.0], "width 16")]), log=False, band=True)
    assert curves.series == ("width 8", "width 16")
    assert curves.bands[["series", "step", "low", "median", "high", "n"]].to_numpy().tolist() == [
        ["width 8", 1, 1.0, 2.0, 4.0, 3],
        ["width 8", 2, 10.0, 15.0, 20.0, 2],
    ]
    assert curves.tips["s0"].tolist() == [2.0, 15.0]
    assert curves.tips["s1"][0] == 7.0


def test_without_a_band_there_is_none() -> None:
    runs = pd.concat([line([1.0, 10.0]), line([2.0, 20.0], label="seed 1")])
    assert curve_data(runs, log=False).bands.empty
    assert not drawn(curves_chart(curve_data(runs, log=False), ("loss", ""), NO_BORDERS, "light", log=False), "area")


def test_lost_runs_are_marked_where_they_were_lost() -> None:
    curves = curve_data(pd.concat([line([3.0, np.nan, np.inf, 2.0]), line([1.0] * 4, label="b")]), log=True)
    assert curves.lost.to_dict("records") == [{"series": "width 8", "label": "seed 0", "step": 2}]
    (crosses,) = drawn(curves_chart(curves, ("loss", ""), NO_BORDERS, "light", log=True), "point")
    assert [row["step"] for row in crosses["rows"]] == [2]
    assert "not finite from step" in {tip.get("title") for tip in crosses["encoding"]["tooltip"]}


def test_zeros_are_counted_on_a_log_axis_and_drawn_on_a_linear_one() -> None:
    zeros = line([0.0, 0.0, 5.0, 0.0])
    assert curve_data(zeros, log=True).not_positive == 3
    assert curve_data(zeros, log=True).raw["value"].tolist() == [5.0]
    assert curve_data(zeros, log=False).not_positive == 0
    assert len(curve_data(zeros, log=False).raw) == 4


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_nothing_finite_is_no_chart(values: list[float]) -> None:
    curves = curve_data(line(values), log=True, window=5, band=True)
    assert curves.n_lines == 0
    assert curves_chart(curves, ("loss", ""), NO_BORDERS, "dark", log=True) is None


def test_a_value_alone_among_lost_ones_gets_a_mark() -> None:
    values = [1.0] * 400 + [np.nan, 2.0, np.nan]
    (marks,) = drawn(
        curves_chart(curve_data(line(values), log=False), ("loss", ""), NO_BORDERS, "light", log=False), "circle"
    )
    assert [row["step"] for row in marks["rows"]] == [402]


def test_raw_lines_stay_under_smoothed_ones() -> None:
    rough = line(np.random.default_rng(0).lognormal(size=500).tolist())
    chart = curves_chart(curve_data(rough, log=True, window=21), ("loss", ""), NO_BORDERS, "light", log=True)
    raw, smooth = drawn(chart, "line")
    assert [row["value"] for row in raw["rows"]] == rough["value"].tolist()
    assert raw["mark"]["strokeOpacity"] < 1
    assert {row["value"] for row in smooth["rows"]} <= set(rough["value"])


def test_values_are_read_from_the_steps_that_were_logged() -> None:
    runs = pd.concat([line([1.0, 2.0, 3.0]), line([5.0, 6.0, 7.0], "width 16")])
    chart = curves_chart(curve_data(runs, log=False), ("loss", ""), NO_BORDERS, "light", log=False)
    (reading,) = drawn(chart, "rule")
    assert reading["rows"] == [{"step": i + 1, "s0": i + 1.0, "s1": i + 5.0} for i in range(3)]
    assert [tip.get("title") for tip in reading["encoding"]["tooltip"]] == [None, "width 8", "width 16"]
    many = pd.concat([line([1.0, 2.0], f"width {i}") for i in range(MOST_READ + 1)])
    assert not drawn(curves_chart(curve_data(many, log=False), ("loss", ""), NO_BORDERS, "light", log=False), "rule")


def test_stage_borders_common_to_all_are_named_and_others_have_their_setting() -> None:
    curves = curve_data(pd.concat([line([1.0, 2.0]), line([3.0, 4.0], "width 16")]), log=False)
    common = pd.DataFrame({"step": [2], "name": ["stage 2"]})
    chart = curves_chart(curves, ("loss", ""), common, "light", log=False)
    assert drawn(chart, "text")[0]["rows"] == common.to_dict("records")
    own = curves_chart(curves, ("loss", ""), common.assign(series="width 16"), "light", log=False)
    assert not drawn(own, "text")
    assert "color" in drawn(own, "rule")[0]["encoding"]


@pytest.mark.parametrize("n_series", [1, 3, 20])
def test_pictures_of_few_and_many_settings(n_series: int) -> None:
    runs = [line([3.0, 2.0, 1.0], f"width {i}", f"seed {j}") for i in range(n_series) for j in range(2)]
    chart = curves_chart(
        curve_data(pd.concat(runs), log=True, window=3, band=True),
        ("loss (%)", "batches"),
        NO_BORDERS,
        "dark",
        log=True,
    )
    assert chart is not None
    svg = picture(chart, "svg", "title", ["words"]).decode()
    assert "loss (%)" in svg or "title" in svg
    assert ("width 1" in svg) == (n_series > 1)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_curves_side_by_side_as_a_picture(kind: Literal["png", "svg"]) -> None:
    curves = curve_data(line([3.0, 2.0, np.nan, 1.0]), log=True)
    charts = [curves_chart(curves, (key, ""), NO_BORDERS, "light", log=True, names=None) for key in ("loss", "b")]
    both = side_by_side({str(i): chart for i, chart in enumerate(charts) if chart is not None}, 2)
    made = picture(both, kind, "run abc", ["loss: not finite in 1 line"])
    assert made.startswith(b"\x89PNG") if kind == "png" else "run abc" in made.decode()
