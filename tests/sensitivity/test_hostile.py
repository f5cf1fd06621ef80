"""The statistics under hostile simulation: small always, in full with the slow tests."""

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from benchmarks.statistics import INTERACTIONS, PLANS
from orbitsens.sensitivity.analysis import analyse
from tests.sensitivity.hostile import DESIGNS, Sweeps, false_claims, grid
from tests.sensitivity.operating import (
    BESTS,
    NOISIEST,
    SHARES,
    best_kept,
    corrected_best,
    noisiest_mean,
    said_no_more,
    share_coverage,
    verdict_power,
)
from tests.sensitivity.simulated import SD

QUICK = (
    "3x2x2, 3 seeds, sd 1:4",
    "6 settings, 20 3 3 3 3 3 seeds, sd 1:3",
    "2 settings, 5 seeds, shared",
    "3x2x2, 5 seeds, t3",
)


def unlikely(hits: int, n: int, at_most: float) -> float:
    """The probability of so many hits or more at a true rate of `at_most`."""
    return float(stats.binom.sf(hits - 1, n, at_most))


def test_the_simulated_reports_are_those_of_the_analysis() -> None:
    design = DESIGNS["3x2x2, 3 seeds, sd 1:4"]
    y = 0.85 + design.noise(np.random.default_rng(0))
    report, whole = Sweeps(design).report(y), analyse(design.table().assign(value=10.0**y), design.varying)
    assert not isinstance(report.effects, str)
    assert not isinstance(whole.effects, str)
    assert report.effects.table["p_holm"].tolist() == pytest.approx(whole.effects.table["p_holm"].tolist())
    assert not isinstance(report.best, str)
    assert not isinstance(whole.best, str)
    assert report.best.table["candidate"].tolist() == whole.best.table["candidate"].tolist()


@pytest.mark.parametrize("name", QUICK)
def test_pure_noise_claims_nothing(name: str) -> None:
    counts = false_claims(DESIGNS[name], 20)
    for kind, hits in counts.items():
        assert unlikely(hits, 20, 0.10 if kind == "any" else 0.05) > 0.002, (kind, counts)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_pure_noise_claims_nothing_in_200_sweeps_of_every_design() -> None:
    total: Counter[str] = Counter()
    for name, design in DESIGNS.items():
        counts = false_claims(design, 200)
        print(name, dict(counts))
        for kind, hits in counts.items():
            assert unlikely(hits, 200, 0.10 if kind == "any" else 0.05) > 0.001, (name, kind, counts)
        total.update(counts)
    n = 200 * len(DESIGNS)
    assert all(hits <= (0.10 if kind == "any" else 0.05) * n for kind, hits in total.items()), total


def test_the_noisiest_settings_mean_is_covered() -> None:
    assert 0.88 <= noisiest_mean(NOISIEST["3x2x2 x 3, sd 1:4"], 80).value


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", NOISIEST)
def test_the_noisiest_settings_mean_is_covered_in_93_to_97_percent(name: str) -> None:
    # Of skewed noise the t interval of 5 runs covers less, whatever its variance; it is measured and documented.
    measured = noisiest_mean(NOISIEST[name], 1000)
    assert (0.86 if "skewed" in name else 0.925) <= measured.value <= 0.985, measured


def test_the_true_best_is_kept_where_it_is_noisy() -> None:
    kept, excluded = best_kept(BESTS["8 settings x 3, best noisy 3:1"], 40)
    assert kept.value >= 0.9
    assert excluded.value >= 0.9


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", BESTS)
def test_the_true_best_is_kept_in_95_percent(name: str) -> None:
    kept, _ = best_kept(BESTS[name], 400)
    assert unlikely(round(kept.n - kept.hits), kept.n, 0.05) > 0.001, kept


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("k", "n", "spread", "shared"), [(12, 5, 0.3, 0.0), (12, 3, 1.0, 0.0), (12, 5, 1.0, 0.7)])
def test_the_bests_interval_covers_and_its_probability_is_calibrated(
    k: int, n: int, spread: float, shared: float
) -> None:
    covers, said, true, bias = corrected_best(k, n, spread, 300, shared)
    assert covers.value >= 0.92, covers
    assert said == pytest.approx(true, abs=0.12)
    assert abs(bias) < 0.3


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", SHARES)
def test_intervals_of_shares_cover(name: str) -> None:
    for source, measured in share_coverage(*SHARES[name], 400).items():
        assert (0.86 if "t3" in name else 0.90) <= measured.value, (source, measured)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("place", range(len(PLANS)), ids=[name for name, _, _ in PLANS])
def test_the_reports_own_verdict_has_the_planned_power(place: int) -> None:
    _, plan, made = PLANS[place]
    design, shift, sd = made(plan())
    assert 0.76 <= verdict_power(design, shift, 600, sd).value <= 0.92


def test_two_settings_on_shared_seeds_are_found_as_often_as_planned() -> None:
    _, plan, made = PLANS[3]
    design, shift, sd = made(plan())
    assert 0.65 <= verdict_power(design, shift, 80, sd).value <= 0.97


def test_no_two_values_is_not_said_under_an_interaction() -> None:
    design = DESIGNS["3x2x2, 20 seeds"]
    mean = np.array([SD * 2.0 * (s["a"][1:] == s["b"][1:]) for s in design.settings])
    assert said_no_more(design, mean, 15).hits <= 2


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("size", INTERACTIONS.values())
def test_no_two_values_is_false_in_at_most_5_percent(size: float) -> None:
    from tests.sensitivity.hostile import Design

    design = Design(grid(3, 3), (10,) * 9)
    mean = SD * size * np.array([float(s["a"][1:] == s["b"][1:]) for s in design.settings])
    measured = said_no_more(design, mean, 300)
    assert unlikely(round(measured.hits), measured.n, 0.05) > 0.001, measured
