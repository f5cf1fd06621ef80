"""Evaluations that lie in another store than the runs count as those in the runs' own store do."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from pages.shared.grids.later import later_errors, orbit_by_orbit

RUNS = pd.DataFrame(
    {
        "run_key": ["k0", "k1", "k2"],
        "run_id": ["r0", "r1", "r2"],
        "group": ["g", "g", "h"],
        "setting_hash": ["s", "s", "s"],
        "trained_on": ["t", "t", "u"],
        "model_sha256": ["A", "B", "A"],
    }
)


def evaluation(sha: str, value: float, hours: int = 0, **other: object) -> dict[str, object]:
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    row = {"model_sha256": sha, "metric": "m", "dataset": "d", "split": "test", "value": value, "n_orbits": 2}
    return row | {"n_failed": 0, "per_orbit": np.array([value, np.nan]), "measured_at": when} | other


def test_the_newest_evaluation_counts_for_each_run_of_its_model() -> None:
    rows = [
        evaluation("A", 9.0),
        evaluation("A", 3.0, hours=2),
        evaluation("A", 5.0, hours=1),
        evaluation("B", 7.0),
        evaluation("B", 1.0, metric="other"),
        evaluation("B", 1.0, split="train", dataset="e"),
    ]
    found = later_errors(pd.DataFrame(rows), RUNS, "m")
    assert found.columns.tolist() == [
        "run_key", "run_id", "group", "setting_hash", "trained_on", "dataset", "value", "n_orbits", "n_failed",
        "per_orbit",
    ]  # fmt: skip
    assert dict(zip(found["run_key"], found["value"], strict=True)) == {"k0": 3.0, "k1": 7.0, "k2": 3.0}


def test_an_orbit_that_failed_keeps_its_place() -> None:
    rows = [
        evaluation("B", 7.0, per_orbit=np.array([np.nan, 7.0, 8.0])),
        evaluation("B", 2.0, dataset="none", per_orbit=[]),
    ]
    found = orbit_by_orbit(later_errors(pd.DataFrame(rows), RUNS, "m"))
    assert found["orbit"].tolist() == [0, 1, 2]
    assert found["dataset"].unique().tolist() == ["d"]
    np.testing.assert_array_equal(found["value"], [np.nan, 7.0, 8.0])
    assert found["value"].dtype == np.float64
