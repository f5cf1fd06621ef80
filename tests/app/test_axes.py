"""Axes of parallel coordinates: places, ticks, and what a stretch of an axis means."""

import numpy as np
import pandas as pd
import pytest

from pages.shared.charts.axes import ABOVE, BELOW, axis, meant
from pages.shared.charts.positions import Quantity, encoding, positions
from pages.shared.charts.ticks import significant_digits
from store.filters import Range


def test_few_numbers_are_spread_evenly_in_their_order() -> None:
    one = axis("width", pd.Series([128, 8, 16, None], dtype="Int64"))
    assert one.places.tolist() == [1.0, 0.0, 0.5, BELOW]
    assert one.ticks == ((0.0, "8"), (0.5, "16"), (1.0, "128"), (BELOW, "(unset)"))
    assert meant(one, 0.4, 1.0) == (16, 128)
    assert meant(one, -0.2, 0.1) == (8, None)
    assert meant(one, 0.1, 0.4) == ()


def test_schedules_are_ordered_by_their_numbers() -> None:
    one = axis("segment length", pd.Series(["[18]", "[4]", "[36]"]))
    assert [words for _, words in one.ticks] == ["[4]", "[18]", "[36]"]


def test_one_value_lies_in_the_middle() -> None:
    assert axis("depth", pd.Series([3, 3])).places.tolist() == [0.5, 0.5]
    assert axis("depth", pd.Series([None, None], dtype=object)).places.tolist() == [BELOW, BELOW]


@pytest.mark.parametrize(("log", "middle"), [(True, 10.0), (False, 50.5)])
def test_many_numbers_lie_where_they_are(log: bool, middle: float) -> None:
    one = axis("error (%)", pd.Series([*np.geomspace(1.0, 100.0, 21), np.inf, np.nan]), log=log)
    assert one.places[-2:].tolist() == [ABOVE, BELOW]
    assert one.places[:21].min() == 0.0
    assert one.places[:21].max() == 1.0
    found = meant(one, 0.0, 0.5)
    assert isinstance(found, Range)
    assert found.low == 1.0
    assert found.high is not None
    assert found.high == pytest.approx(middle, rel=0.3)
    assert found.high <= middle * (1.0 + 1e-9)
    assert [words for _, words in one.ticks][-2:] == ["(unset)", "not finite"]
    assert all(0.0 <= at <= 1.0 for at, _ in one.ticks[:-2])
    assert len(one.ticks) >= 4


def test_zeros_make_a_log_axis_linear() -> None:
    one = axis("flips (%)", pd.Series(np.arange(20.0)), log=True)
    assert one.places[10] == pytest.approx(10.0 / 19.0)


def test_truths_and_whole_numbers_keep_their_type() -> None:
    assert meant(axis("planar", pd.Series([True, False], dtype="boolean")), 0.5, 1.0) == (True,)
    many = axis("seed", pd.Series(range(30), dtype="Int64"))
    assert meant(many, 0.0, 0.2) == Range(0.0, 5.0)


@pytest.mark.parametrize("log", [True, False])
def test_few_measured_numbers_lie_where_they_are_with_three_digits(log: bool) -> None:
    errors = pd.Series([8.28229, 10.2119, 10.9723, 33.12916])
    one = axis("error (%)", errors, log=log, metric=True)
    assert one.continuous
    expected = np.log(errors / 8.28229) / np.log(4.0) if log else (errors - 8.28229) / (33.12916 - 8.28229)
    assert one.places == pytest.approx(expected.to_numpy())
    assert [words for _, words in one.ticks] == ["10", "15", "20", "25", "30"]
    assert isinstance(meant(one, 0.0, 0.5), Range)


def test_a_single_measured_number_is_told_with_three_digits() -> None:
    one = axis("error (%)", pd.Series([649.274675859, 649.274675859, np.nan]), log=True, metric=True)
    assert one.places.tolist() == [0.5, 0.5, BELOW]
    assert one.ticks == ((0.5, "649"), (BELOW, "(unset)"))
    scattered = encoding(positions(pd.Series([649.274675859]), Quantity("error (%)", log=True)), "y", 0, 1)
    assert scattered["axis"].to_dict() == {
        "format": ".3~g", "labelLimit": 130, "labelOverlap": True, "values": [649.274675859]
    }  # fmt: skip


def test_labels_of_a_narrow_axis_have_as_many_digits_as_it_takes() -> None:
    one = axis("error (%)", pd.Series([1000.12, 1000.47]), metric=True)
    labels = [words for _, words in one.ticks]
    assert len(set(labels)) == len(labels) >= 2
    assert significant_digits([8.0, 9.0]) == 3
    assert significant_digits([]) == significant_digits([5.0]) == 3
