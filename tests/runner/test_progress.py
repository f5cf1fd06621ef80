"""What a sweep says of itself while it trains."""

import io

import numpy as np
import pytest
from rich.console import Console

from orbitsens.ensemble import BlockReport
from orbitsens.schedule import Block
from orbitsens.train import Rows
from runner.progress import sweep_progress


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ([1.0, 3.0, 8.0], "step 50, stage 1: median acceleration error 3.00 %, about"),
        ([1.0, np.nan, 3.0], "step 50, stage 1: median acceleration error 2.00 %, 1 of 3 runs diverged, about"),
        ([np.nan, np.inf], "step 50, stage 1: 2 of 2 runs diverged, about"),
    ],
)
def test_runs_that_diverged_are_counted_and_do_not_hide_the_others(errors, says):
    told = io.StringIO()
    with sweep_progress(Console(file=told, width=200), 10.0) as on_work:
        rows = Rows(None, None, None, {"acceleration_error": np.array(errors)}, np.zeros(len(errors)))
        on_work(10.0, BlockReport(Block(stage=0, first_step=0, n_steps=50, global_step=0), rows))
    assert f"100 %  {says} 0 s left" in told.getvalue()
