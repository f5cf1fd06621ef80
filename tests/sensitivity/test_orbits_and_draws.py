"""Test orbits and draws of training orbits as random factors: by hand, and covering what they say."""

import numpy as np
import pandas as pd
import pytest

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.draws import Draws, draws_of
from orbitsens.sensitivity.orbits import Orbits, orbit_influence
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.scope_wording import scope_sentences
from tests.sensitivity.simulated import SD, factorial


def crossed(
    rng: np.random.Generator, n_seeds: int, n_orbits: int, sd_orbit: float, effect: float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two widths: log errors are a seed's, an orbit's and an orbit's by width, and the runs' means over the orbits."""
    base = factorial({"width": [16, 64]}, n_seeds, rng, lambda s: effect * (s["width"] == 16))
    orbit = sd_orbit * rng.normal(size=n_orbits)
    by_width = {width: sd_orbit / 2 * rng.normal(size=n_orbits) for width in (16, 64)}
    rows = []
    for row in base.itertuples():
        errors = row.value * 10.0 ** (orbit + by_width[row.width])
        rows += [(row.run_key, i, error) for i, error in enumerate(errors)]
    table = pd.DataFrame(rows, columns=["run_key", "orbit", "value"])
    return base.assign(value=table.groupby("run_key", sort=False)["value"].mean().to_numpy()), table


def test_the_influence_of_an_orbit_is_what_leaving_it_out_does() -> None:
    runs, errors = crossed(np.random.default_rng(0), 4, 200, 0.1)
    found = response(runs, ["width"])
    influence = orbit_influence(found, errors).influence
    assert influence.shape == (2, 200)
    assert influence.sum(axis=1) == pytest.approx(0.0, abs=1e-9)
    left = errors[errors["orbit"] != 7].groupby("run_key")["value"].mean()
    without = np.log10(found.runs["run_key"].map(left)).groupby(found.runs["setting"], sort=False).mean()
    was = found.runs.groupby("setting", sort=False)["y"].mean()
    assert (without - was).to_numpy() == pytest.approx(-influence[:, 7] / 199, rel=0.02)


def test_intervals_for_orbits_like_these_cover_the_mean_over_all_orbits() -> None:
    rng = np.random.default_rng(1)
    held, seeds_only, n = 0, 0, 80
    # The mean error over all orbits, of lognormal orbits: log10 of the mean is ln(10) / 2 times the variance above.
    sd = 0.15
    truth = 0.85 + np.log(10.0) / 2 * (sd**2 + (sd / 2) ** 2)
    for _ in range(n):
        runs, errors = crossed(rng, 5, 12, sd)
        means = analyse(runs, ["width"], orbits=errors).means
        assert not isinstance(means, str)
        row = means.iloc[0]
        held += row["orbits_low"] <= 10**truth <= row["orbits_high"]
        seeds_only += row["error_low"] <= 10**truth <= row["error_high"]
    assert held / n >= 0.88
    assert seeds_only / n < held / n - 0.05


def test_an_effect_is_compared_orbit_by_orbit() -> None:
    """An orbit that is hard for both settings says nothing of their difference."""
    runs, errors = crossed(np.random.default_rng(2), 6, 30, 0.3, effect=0.2)
    answer = analyse(runs, ["width"], orbits=errors)
    assert not isinstance(answer.effects, str)
    (row,) = answer.effects.table.to_dict("records")
    assert row["orbits_low"] < row["low"] < row["high"] < row["orbits_high"]
    together = orbit_influence(response(runs, ["width"]), errors)
    apart = together.variance(np.eye(2)).sum()
    assert float(together.variance(np.array([[1.0, -1.0]]))[0]) < 0.7 * apart


def test_how_often_the_best_stays_the_best() -> None:
    rng = np.random.default_rng(3)
    influence = rng.normal(size=(2, 20))
    assert Orbits(influence).stays_best(np.array([0.0, 100.0])) == 1.0
    assert 0.3 < Orbits(influence).stays_best(np.array([0.0, 0.0])) < 0.7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda errors: errors[errors["orbit"] < 3], "There are 3 test orbits"),
        (lambda errors: errors.iloc[1:], "1 of 8 used runs lack the error of some test orbit"),
        (lambda errors: errors.assign(value=errors["value"].where(errors.index > 0)), "1 of 8 used runs lack"),
    ],
)
def test_orbits_that_say_too_little_are_a_sentence(change: object, said: str) -> None:
    runs, errors = crossed(np.random.default_rng(0), 4, 10, 0.1)
    assert callable(change)
    with pytest.raises(CannotSay, match=said):
        orbit_influence(response(runs, ["width"]), change(errors))
    answer = analyse(runs, ["width"], orbits=change(errors))
    assert said in str(answer.orbits)
    assert scope_sentences(answer)[0].startswith("Intervals hold for these test orbits: ")


def drawn(n_draws: int, n_seeds: int, sd_draw: float, seed: int = 0) -> pd.DataFrame:
    """Two widths, each trained on the same draws of training orbits with some seeds of each."""
    rng = np.random.default_rng(seed)
    table = factorial({"width": [16, 64]}, n_draws * n_seeds, rng)
    table = table.assign(
        draw=table["seed"] // n_seeds, own_setting=table["seed"] // n_seeds, seed=table["seed"] % n_seeds
    )
    of_draw = sd_draw * SD * rng.normal(size=(2, n_draws))
    moved = of_draw[(table["width"] == 64).astype(int), table["draw"]]
    return table.assign(value=table["value"] * 10.0**moved)


def test_draws_are_what_is_replicated_as_soon_as_they_vary() -> None:
    table = drawn(6, 4, 3.0)
    answer = analyse(table, ["width"])
    assert isinstance(answer.draws, Draws)
    assert answer.draws.n == 6
    assert answer.draws.sd_draw > 2 * answer.draws.sd_seed
    assert answer.draws.sd_seed == pytest.approx(SD, rel=0.3)
    assert not isinstance(answer.response, str)
    assert len(answer.response.runs) == 12
    assert not isinstance(answer.means, str)
    assert answer.means["n"].tolist() == [6, 6]
    first = np.log10(table[table["width"] == 16]["value"]).groupby(table["draw"]).mean()
    half = answer.means.loc[0, "high"] - answer.means.loc[0, "mean"]
    assert half == pytest.approx(2.5706 * first.std(ddof=1) / np.sqrt(6), rel=1e-4)
    assert scope_sentences(answer)[1].startswith("Intervals hold for training orbits like these: about 6 draws")


def test_seeds_alone_would_call_a_difference_of_draws_a_difference_of_settings() -> None:
    hits_with, hits_without = 0, 0
    for seed in range(25):
        table = drawn(5, 4, 3.0, seed)
        with_draws = analyse(table, ["width"]).effects
        without = analyse(table.drop(columns="draw").assign(seed=range(len(table))), ["width"]).effects
        assert not isinstance(with_draws, str)
        assert not isinstance(without, str)
        hits_with += with_draws.any
        hits_without += without.any
    assert hits_with <= 5
    assert hits_without > 8


def test_while_the_draw_does_not_vary_that_is_said() -> None:
    found = response(drawn(1, 4, 0.0), ["width"])
    with pytest.raises(CannotSay, match="2 of 2 settings have one draw of training orbits only"):
        draws_of(found)
    answer = analyse(drawn(1, 4, 0.0).drop(columns="draw"), ["width"])
    assert "every interval holds for these training orbits only" in str(answer.draws)
