"""The seed-noise floor and the setting means: by hand, and covering what they say."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.means import setting_means
from orbitsens.sensitivity.noise import noise_floor
from orbitsens.sensitivity.response import response
from tests.sensitivity.simulated import SD, factorial, sweep

LEVELS = {"width": [16, 32, 64], "depth": [1, 2]}


def test_the_noise_is_that_of_a_typical_setting_and_its_range() -> None:
    runs = sweep([{"width": w} for w in (8, 16, 32)], [3, 4, 6], np.random.default_rng(0))
    found = noise_floor(response(runs, ["width"]))
    parts = [np.log10(part) for _, part in runs.groupby("width")["value"]]
    sds = np.array([part.std() for part in parts])
    df = np.array([2.0, 3.0, 5.0])
    assert found.sd == pytest.approx(np.median(sds / np.sqrt(stats.chi2.median(df) / df)))
    assert (found.least, found.most) == pytest.approx((sds.min(), sds.max()))
    squares = sum(((part - part.mean()) ** 2).sum() for part in parts)
    assert found.pooled == pytest.approx(np.sqrt(squares / 10))
    assert found.df == 10
    assert found.test_p == pytest.approx(stats.levene(*parts, center="median").pvalue)
    assert found.per_setting["sd"].tolist() == pytest.approx(sds.tolist())
    assert found.counted == "13 of 13 matched runs used"


def test_a_few_noisy_settings_do_not_rule_the_noise() -> None:
    table = factorial(
        {"place": list(range(20))}, 5, np.random.default_rng(0), sd=lambda s: SD * (20 if s["place"] < 3 else 1)
    )
    found = noise_floor(response(table, ["place"]))
    assert found.sd == pytest.approx(SD, rel=0.3)
    assert found.pooled > 5 * SD


def test_every_setting_has_its_own_interval() -> None:
    table = factorial(LEVELS, 4, np.random.default_rng(2), sd=lambda s: SD * (10 if s["width"] == 64 else 1))
    runs = response(table, list(LEVELS))
    found = setting_means(runs, noise_floor(runs))
    values = runs.runs["y"][:4]
    by_hand = stats.t.interval(0.95, 3, values.mean(), stats.sem(values))
    assert found.loc[0, ["low", "high"]].tolist() == pytest.approx(by_hand)
    assert (found["df"] == 3).all()
    assert found.loc[0, "error"] == pytest.approx(stats.gmean(runs.runs["value"][:4]))
    assert found.loc[0, "arithmetic"] == pytest.approx(runs.runs["value"][:4].mean())


def test_one_run_in_a_setting_has_no_interval() -> None:
    runs = response(sweep([{"width": w} for w in (8, 16)], [1, 5], np.random.default_rng(3)), ["width"])
    noise = noise_floor(runs)
    assert np.isnan(noise.per_setting["sd"][0])
    found = setting_means(runs, noise)
    assert np.isfinite(found["mean"]).all()
    assert np.isfinite(found[["low", "high"]].to_numpy()).tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize(("counts", "said"), [([1, 1], "more than one seed"), ([1], "single run")])
def test_no_repetition_is_a_sentence(counts: list[int], said: str) -> None:
    table = sweep([{"width": 8 * (i + 1)} for i in range(len(counts))], counts, np.random.default_rng(0))
    with pytest.raises(CannotSay, match=said):
        noise_floor(response(table, ["width"]))


def test_seeds_without_effect_are_a_sentence() -> None:
    table = sweep([{"width": 8}, {"width": 16}], 3, np.random.default_rng(0), lambda s: s["width"] / 100, sd=0.0)
    with pytest.raises(CannotSay, match="do not differ at all"):
        noise_floor(response(table, ["width"]))


def covered(n: int, ratio: float, sweeps: int) -> float:
    """The share of setting means whose interval holds the truth, over `sweeps` sweeps of six settings."""
    rng = np.random.default_rng(int(100 * n + ratio))
    sds = SD * np.geomspace(1.0, ratio, 6)
    base = sweep([{"place": i} for i in range(6)], n, rng)
    found = []
    for _ in range(sweeps):
        y = 0.85 + np.repeat(sds, n) * rng.normal(size=6 * n)
        runs = response(base.assign(value=10.0**y), ["place"])
        means = setting_means(runs, noise_floor(runs))
        # Of the noisiest setting, which a pooled variance would leave uncovered.
        noisiest = means.iloc[-1]
        found.append(noisiest["low"] <= 0.85 <= noisiest["high"])
    return float(np.mean(found))


@pytest.mark.parametrize(("n", "ratio"), [(3, 1), (5, 1), (10, 4)])
def test_intervals_cover_what_they_say(n: int, ratio: float) -> None:
    # 150 sweeps: a standard error of about 2 %.
    assert 0.90 <= covered(n, ratio, 150) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("ratio", [1, 3])
def test_intervals_cover_93_to_97_percent(n: int, ratio: float) -> None:
    assert 0.93 <= covered(n, ratio, 1500) <= 0.97


def test_row_order_changes_nothing() -> None:
    table = factorial(LEVELS, 4, np.random.default_rng(4))
    a = response(table, list(LEVELS))
    b = response(table.sample(frac=1, random_state=1), list(LEVELS))
    pd.testing.assert_frame_equal(setting_means(a, noise_floor(a)), setting_means(b, noise_floor(b)))
