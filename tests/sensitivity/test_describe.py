"""Descriptions against values worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.describe import COLUMNS, describe, describe_by


def test_describe_a_small_sample_by_hand() -> None:
    found = describe([4.0, 1.0, 2.0, 3.0, 10.0])
    assert found["n"] == 5
    assert found["mean"] == 4.0
    assert found["median"] == 3.0
    assert found["sd"] == pytest.approx(np.sqrt(50 / 4))
    assert (found["min"], found["q1"], found["q3"], found["max"]) == (1.0, 2.0, 4.0, 10.0)
    # t(0.975, 4) = 2.776445
    assert found["mean_high"] - found["mean"] == pytest.approx(2.776445 * np.sqrt(50 / 4 / 5), rel=1e-6)
    assert np.isnan(found["median_low"])
    assert tuple(found) == COLUMNS


def test_one_value_has_no_spread() -> None:
    found = describe([7.0])
    assert found["median"] == found["mean"] == 7.0
    assert np.isnan([found[k] for k in ("sd", "mean_low", "mean_high", "median_low", "median_high")]).all()


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf]])
def test_nothing_is_dropped_silently(values: list[float]) -> None:
    with pytest.raises(ValueError, match="only finite"):
        describe(values)


def test_one_row_for_each_setting_in_order_of_appearance() -> None:
    frame = pd.DataFrame({"setting": ["b", "a", "b"], "value": [1.0, 5.0, 3.0]})
    table = describe_by(frame, "setting", "value")
    assert table["setting"].tolist() == ["b", "a"]
    assert table["median"].tolist() == [2.0, 5.0]
    assert describe_by(frame[:0], "setting", "value").columns.tolist() == ["setting", *COLUMNS]
