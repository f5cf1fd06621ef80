"""Fixed tables that R ships, and what R says of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orbitsens.sensitivity.noise import noise_floor
from orbitsens.sensitivity.pairs import compare
from orbitsens.sensitivity.planning import seeds_per_arm
from orbitsens.sensitivity.response import response
from tests.sensitivity.simulated import apart, estimated

# `warpbreaks`: breaks of yarn by wool and tension, nine looms each.
WARPBREAKS = {
    ("A", "L"): [26, 30, 54, 25, 70, 52, 51, 26, 67],
    ("A", "M"): [18, 21, 29, 17, 12, 18, 35, 30, 36],
    ("A", "H"): [36, 21, 24, 18, 10, 43, 28, 15, 26],
    ("B", "L"): [27, 14, 29, 19, 29, 31, 41, 20, 44],
    ("B", "M"): [42, 26, 19, 16, 39, 28, 21, 39, 29],
    ("B", "H"): [20, 21, 24, 17, 13, 15, 15, 16, 28],
}
# `PlantGrowth`: weights of ten plants each.
PLANT_GROWTH = {
    ("ctrl",): [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
    ("trt1",): [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
    ("trt2",): [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
}
# `sleep`: extra hours of ten patients under two drugs.
SLEEP = {
    ("1",): [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    ("2",): [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
}


def table(cells: dict[tuple[str, ...], Sequence[float]], names: list[str]) -> pd.DataFrame:
    """Runs whose response is the table's own: its logarithm is taken of ten to the power of it."""
    rows = [
        {**dict(zip(names, cell, strict=True)), "setting_hash": "-".join(cell), "seed": i, "value": 10.0**y}
        for cell, values in cells.items()
        for i, y in enumerate(values)
    ]
    return pd.DataFrame(rows).assign(run_key=[f"r{i:03d}" for i in range(len(rows))], state="finished")


def test_anova_of_warpbreaks() -> None:
    """anova(lm(breaks ~ wool * tension)): its sums of squares, and the pooled variance."""
    found = estimated(apart(table(WARPBREAKS, ["wool", "tension"])), ["wool", "tension"])
    rows = found.table.set_index("parameter")
    assert found.error.variance == pytest.approx(119.7, abs=0.05)
    assert found.error.df == 48
    # Looms differ in spread, so that numerators are R's and denominators are not: F times its own mean square.
    spread = found.model.spread.variance
    assert spread.mean() == pytest.approx(119.7, rel=0.1)
    assert rows.loc["wool", "f"] == pytest.approx(3.7653, rel=0.1)
    assert rows.loc["tension", "f"] == pytest.approx(8.4980, rel=0.1)
    assert found.interactions["f"].tolist() == pytest.approx([4.1891], rel=0.1)


def test_welchs_anova_and_pairwise_tests_of_plant_growth() -> None:
    """t.test(trt1, trt2), whose degrees of freedom are 14.104."""
    runs = table(PLANT_GROWTH, ["group"])
    row = estimated(apart(runs), ["group"]).table.iloc[0]
    assert row["f"] == pytest.approx(4.8461, rel=1e-4)
    assert noise_floor(response(runs, ["group"])).pooled == pytest.approx(0.6234, abs=5e-5)
    assert (row["best"], row["worst"]) == ("trt1", "trt2")
    assert row["df"] == pytest.approx(14.104, abs=5e-4)
    t = row["effect"] / row["se"]
    assert 2.0 * stats.t.sf(t, row["df"]) == pytest.approx(0.009298, abs=2e-6)


def test_paired_t_test_of_sleep() -> None:
    """t.test(extra ~ group, paired = TRUE)."""
    pair = compare(response(table(SLEEP, ["drug"]), ["drug"]), "drug 1", "drug 2")
    assert [pair.difference, pair.low, pair.high] == pytest.approx([-1.58, -2.4598858, -0.7001142], rel=1e-6)
    assert pair.p == pytest.approx(0.002833, abs=5e-7)


def test_power_of_t_tests() -> None:
    """power.t.test(delta = 1, power = 0.8): n = 16.71477; paired: n = 9.937864."""
    assert seeds_per_arm(1.0, 1.0) == 17
    assert seeds_per_arm(1.0, 1.0, correlation=0.5) == int(np.ceil(9.937864))
