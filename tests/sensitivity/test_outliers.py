"""The outlier rule: what it names, what it cannot be fooled by, and how often it is wrong."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from orbitsens.sensitivity.outliers import FEWEST_RUNS, modified_z, rule, stands_out

SEEDS = np.array([6.8, 6.9, 7.0, 7.0, 7.1, 7.1, 7.2, 7.3, 7.3, 7.4])


def test_score_by_hand() -> None:
    # median 4, absolute deviations 3, 2, 1, 0, 1, 2, 96: MAD 2; one run far away moves neither.
    scores = modified_z([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0], log=False)
    assert scores[-1] == pytest.approx(96 / (1.4826 * 2), rel=1e-5)
    assert stands_out(scores).tolist() == [False] * 6 + [True]


def test_two_outliers_do_not_hide_each_other() -> None:
    assert stands_out(modified_z([*SEEDS, 14.0, 15.0], log=True)).tolist() == [False] * 10 + [True, True]


def test_a_run_far_too_good_stands_out_too() -> None:
    scores = modified_z([*SEEDS, 2.0], log=True)
    assert stands_out(scores)[-1]
    assert scores[-1] < 0


@pytest.mark.parametrize("values", [SEEDS[: FEWEST_RUNS - 1], [5.0] * 8 + [9.0], []])
def test_silent_where_the_rule_says_nothing(values: list[float]) -> None:
    scores = modified_z(values, log=True)
    assert np.isnan(scores).all()
    assert not stands_out(scores).any()


@given(arrays(float, st.integers(FEWEST_RUNS, 30), elements=st.floats(0.1, 100.0)), st.floats(0.01, 100.0))
def test_on_logarithms_the_unit_does_not_matter(x: np.ndarray, factor: float) -> None:
    np.testing.assert_allclose(modified_z(x * factor, log=True), modified_z(x, log=True), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("n", "share"), [(6, 0.15), (20, 0.10)])
def test_false_alarms_are_as_rare_as_documented(n: int, share: float) -> None:
    samples = np.random.default_rng(0).standard_normal((4000, n))
    alarms = np.mean([stands_out(modified_z(x, log=False)).any() for x in samples])
    assert alarms == pytest.approx(share, abs=0.015)


def test_the_rule_is_stated() -> None:
    assert rule(log=True).startswith("modified z-score |x - median| / (1.4826 MAD) above 3.5 on log10")
    assert "log10" not in rule(log=False)
