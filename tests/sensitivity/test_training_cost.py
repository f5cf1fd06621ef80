"""The cost of training is a number of operations, the same whatever a machine did meanwhile."""

import pandas as pd
import pytest

from orbitsens.sensitivity.training_cost import training_gflop

NOTE = {
    "steps_strategy": "[1000, 500]",
    "segment_length_strategy": "[4]",
    "length_strategy": "[[0, 1]]",
    "batch_size": 64,
    "num_total_segments": 900,
    "n_parameters": 9092,
}


@pytest.mark.parametrize(
    ("change", "gflop"),
    [
        ({}, 36 * 9092 * 1500 * 64 * 3 / 1e9),
        ({"length_strategy": None}, 36 * 9092 * 1500 * 64 * 3 / 1e9),
        ({"segment_length_strategy": "[4, 18]"}, 36 * 9092 * 64 * (1000 * 3 + 500 * 17) / 1e9),
        ({"segment_length_strategy": "[100]", "length_strategy": "[[0, 0.1], [0, 1]]"},
         36 * 9092 * 64 * (1000 * 9 + 500 * 99) / 1e9),
        ({"num_total_segments": 10}, 36 * 9092 * 1500 * 10 * 3 / 1e9),  # full batches
        ({"num_total_segments": None}, 36 * 9092 * 1500 * 64 * 3 / 1e9),
    ],
)  # fmt: skip
def test_operations_of_a_run(change: dict[str, object], gflop: float) -> None:
    assert training_gflop(pd.DataFrame([NOTE | change])).tolist() == [pytest.approx(gflop)]


@pytest.mark.parametrize(
    "change",
    [{"steps_strategy": None}, {"n_parameters": None}, {"steps_strategy": "many"}, {"length_strategy": "[1, 2, 3]"},
     {"segment_length_strategy": "[4, 4, 4]"}],
)  # fmt: skip
def test_what_is_not_known_costs_nothing_that_could_be_named(change: dict[str, object]) -> None:
    both = training_gflop(pd.DataFrame([NOTE | change, NOTE], index=[5, 3]))
    assert both.isna().tolist() == [True, False]
    assert both.index.tolist() == [5, 3]
