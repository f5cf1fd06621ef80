"""Which runs count: one rule for every study, so that all pages agree on n."""

from typing import Any

import pandas as pd
import pytest

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.cell_study import cell_study
from orbitsens.sensitivity.effects import effects
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.seeding import seed_study
from orbitsens.sensitivity.usable import REPEATED, account, mark_used, reasons


def table(**changes: Any) -> pd.DataFrame:
    """Four seeds of two widths, each logged twice, and a diverged, an unmeasured and an infinite run."""
    rows = [
        {"run_key": f"t/p/{again}{width}{seed}", "width": width, "seed": seed, "value": width + seed / 10 + again}
        for again in range(2)
        for width in (16, 32)
        for seed in range(4)
    ]
    odd = [
        {"run_key": "t/p/x", "width": 16, "seed": 7, "value": float("nan"), "state": "diverged"},
        {"run_key": "t/p/y", "width": 16, "seed": 8, "value": float("nan")},
        {"run_key": "t/p/z", "width": 32, "seed": 9, "value": float("inf")},
    ]
    frame = pd.DataFrame([*rows, *odd]).fillna({"state": "finished"})
    return frame.assign(setting_hash=frame["width"].astype(str), n_parameters=1000, train_gflop=1.0, **changes)


def test_all_studies_use_the_same_runs() -> None:
    runs = table()
    seeding, cells = seed_study(runs, ["width"], log=True), cell_study(runs, ["width"], ["width"])
    found = response(runs, ["width"])
    used = {f"t/p/1{width}{seed}" for width in (16, 32) for seed in range(4)}
    assert set(seeding.used["run_key"]) == set(cells.used["run_key"]) == set(found.runs["run_key"]) == used
    assert reasons(seeding.runs) == reasons(cells.runs) == found.not_used
    assert found.not_used == {"diverged": 1, "metric missing": 1, "not finite": 1, REPEATED: 8}
    assert seeding.summary["n"].tolist() == [4, 4]


def test_runs_that_differ_in_a_seed_without_a_column_are_no_repetition() -> None:
    runs = table().assign(setting="all", config_hash=lambda frame: frame["run_key"])
    assert mark_used(runs)["used"].sum() == 16
    assert mark_used(runs.assign(config_hash="the same"))["used"].sum() == 4


def test_runs_without_a_seed_on_record_all_count() -> None:
    runs = table(setting="all").assign(seed=pd.NA)
    assert mark_used(runs)["used"].sum() == 16


def test_the_account_names_every_reason() -> None:
    assert account(1, 1, {}) == "1 of 1 matched run used"
    assert account(8, 11, {"killed": 1, "diverged": 2}) == "8 of 11 matched runs used (not used: 2 diverged, 1 killed)"
    assert account(1, 2, {"diverged": 1}, {"diverged": "seed 3"}) == (
        "1 of 2 matched runs used (not used: 1 diverged (seed 3))"
    )


def test_a_parameter_that_differs_in_every_run_is_a_sentence() -> None:
    n = 1001
    runs = pd.DataFrame(
        {
            "run_key": [f"r{i}" for i in range(n)],
            "state": "finished",
            "seed": 0,
            "out_dir": [f"/tmp/{i}" for i in range(n)],
            "setting_hash": [f"{i}" for i in range(n)],
            "value": [1.0 + i % 7 for i in range(n)],
        }
    )
    with pytest.raises(CannotSay, match=r"out_dir takes 1,001 different values .* at most 1,000 values"):
        effects(response(runs, ["out_dir"]), None)
