"""The outlier rule: what it names, what it cannot be fooled by, and how often it is wrong in a whole study."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from orbitsens.sensitivity.outliers import FEWEST_RUNS, heavy_limit, modified_z, rule, stands_out
from tests.sensitivity.hostile import contaminated, heavy, normal, skewed

SEEDS = np.array([6.8, 6.9, 7.0, 7.0, 7.1, 7.1, 7.2, 7.3, 7.3, 7.4])


def named(values: object, log: bool = True) -> list[bool]:
    return stands_out([values], log=log)[0].tolist()


def test_score_by_hand() -> None:
    # median 4, absolute deviations 3, 2, 1, 0, 1, 2, 96: MAD 2; one run far away moves neither.
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0]
    assert modified_z(values, log=False)[-1] == pytest.approx(96 / (1.4826 * 2), rel=1e-5)
    assert named(values, log=False) == [False] * 6 + [True]


def test_the_first_stage_is_grubbs_test() -> None:
    values = np.append(np.random.default_rng(0).normal(size=9), 2.4)
    deviate = (values - values.mean())[-1] / values.std(ddof=1)
    t2 = stats.t.isf(0.05 / 20, 8) ** 2
    grubbs = 9 / np.sqrt(10) * np.sqrt(t2 / (8 + t2))
    assert deviate < grubbs
    assert not any(named(values, log=False))


def test_two_outliers_do_not_hide_each_other() -> None:
    twenty = [*SEEDS, *(SEEDS + 0.05)]
    assert named([*twenty, 34.0, 35.0]) == [False] * 20 + [True, True]


def test_a_run_far_too_good_stands_out_too() -> None:
    assert named([*SEEDS, 1.0])[-1]


@pytest.mark.parametrize("values", [SEEDS[: FEWEST_RUNS - 1], [5.0] * 8 + [9.0], []])
def test_silent_where_the_rule_says_nothing(values: list[float]) -> None:
    assert np.isnan(modified_z(values, log=True)).all()
    assert not any(named(values))


@given(arrays(float, st.integers(FEWEST_RUNS, 30), elements=st.floats(0.1, 100.0)), st.floats(0.01, 100.0))
def test_on_logarithms_the_unit_does_not_matter(x: np.ndarray, factor: float) -> None:
    np.testing.assert_allclose(modified_z(x * factor, log=True), modified_z(x, log=True), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("draw", [normal, heavy, skewed])
@pytest.mark.parametrize(("settings", "n"), [(1, 8), (1, 20), (6, 20), (40, 6)])
def test_at_most_5_percent_of_whole_studies_of_noise_name_a_run(draw: object, settings: int, n: int) -> None:
    rng = np.random.default_rng(0)
    studies = [[draw(rng, n) for _ in range(settings)] for _ in range(120 if settings < 40 else 60)]
    hits = sum(any(found.any() for found in stands_out(study, log=False)) for study in studies)
    # At a true rate of 5 % so many or more have a chance below 1 in 200.
    assert stats.binom.sf(hits - 1, len(studies), 0.05) > 0.005


def test_a_run_twenty_deviations_away_is_named_among_120() -> None:
    rng = np.random.default_rng(1)
    study = [rng.normal(size=20) for _ in range(6)]
    study[2][3] = 25.0
    found = stands_out(study, log=False)
    assert found[2].tolist() == [i == 3 for i in range(20)]
    assert not any(found[i].any() for i in (0, 1, 3, 4, 5))
    assert heavy_limit(120) < 25.0
    assert contaminated(rng, 1000).std() > 1.2


def test_the_rule_is_stated() -> None:
    assert rule(log=True).startswith("generalised extreme Studentised deviate test (Rosner 1983) on log10")
    assert "log10" not in rule(log=False)
