"""Importances: a strong parameter is beyond the null band, pure noise is not."""

import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.importance import Importances, importances
from orbitsens.sensitivity.response import response
from tests.sensitivity.simulated import SD, random_settings, sweep

NAMES = ["width", "activation", "depth", "rtol"]


def found(effect: float, seed: int, n: int = 80) -> Importances:
    rng = np.random.default_rng(seed)
    settings = random_settings(n, rng)
    return importances(response(sweep(settings, 3, rng, lambda s: effect * (s["width"] == 16)), NAMES))


def test_a_strong_parameter_is_first_beyond_the_band_and_identical_on_repetition() -> None:
    first = found(4 * SD, 0)
    assert first.table.loc[0, ["parameter", "real"]].tolist() == ["width", True]
    assert not first.table.loc[1:, "real"].any()
    assert first.table["ped_anova"].ge(0.0).all()
    top = first.table.iloc[0]
    assert top["low"] < top["importance"] < top["high"]
    assert top["seed_low"] < top["importance"] < top["seed_high"]
    assert "240 of 240 matched runs used" in first.method
    pd.testing.assert_frame_equal(first.table, found(4 * SD, 0).table, check_exact=True)


def test_pure_noise_shows_nothing_beyond_the_band() -> None:
    assert sum(bool(found(0.0, seed, n=30).table["real"].any()) for seed in (1, 2)) == 0


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_pure_noise_shows_nothing_beyond_the_band_in_full() -> None:
    hits = [bool(found(0.0, seed, n=30).table["real"].any()) for seed in range(100, 140)]
    # At a true rate of 5 %, more than 6 of 40 have a probability below 1 %.
    assert sum(hits) <= 6


def test_few_settings_are_a_sentence() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(CannotSay, match="at least 20 settings"):
        importances(response(sweep(random_settings(5, rng), 3, rng), NAMES))
