"""The violin's outline and the places of its points."""

import numpy as np
import pytest
from scipy import stats

from orbitsens.sensitivity.density import offsets, outline

X = np.random.default_rng(0).lognormal(2.0, 0.1, 20)


@pytest.mark.parametrize("log", [True, False])
def test_outline_ends_at_the_data_and_is_widest_among_most_of_it(log: bool) -> None:
    shape = outline(X, log)
    assert shape["value"].iloc[[0, -1]].tolist() == pytest.approx([X.min(), X.max()])
    assert shape["density"].max() == 1.0
    assert shape["value"][shape["density"].idxmax()] == pytest.approx(np.median(X), rel=0.05)


def test_outline_is_the_kernel_density_of_scipy() -> None:
    shape = outline(X, log=False)
    silverman = 0.9 * min(X.std(ddof=1), stats.iqr(X) / 1.34) * X.size**-0.2
    reference = stats.gaussian_kde(X, bw_method=silverman / X.std(ddof=1))(shape["value"])
    np.testing.assert_allclose(shape["density"], reference / reference.max())


def test_logarithmic_outline_is_the_outline_of_the_logarithms() -> None:
    np.testing.assert_allclose(outline(X, log=True)["density"], outline(np.log10(X), log=False)["density"])


def test_one_outlier_does_not_smear_the_rest() -> None:
    calm, with_outlier = outline(X, log=False), outline([*X, 40.0], log=False)

    def width(shape: "object") -> float:
        return float(np.ptp(shape["value"][shape["density"] > 0.5]))  # type: ignore[index]

    assert width(with_outlier) == pytest.approx(width(calm), rel=0.15)


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [4.0] * 8, []])
def test_no_outline_without_enough_different_runs(values: list[float]) -> None:
    assert outline(values, log=False).empty


def test_offsets_are_the_same_every_time_and_stay_inside_the_violin() -> None:
    shape = outline(X, log=True)
    found = offsets(X, shape)
    np.testing.assert_array_equal(found, offsets(X, shape))
    assert (np.abs(found) <= np.interp(X, shape["value"], shape["density"]) + 1e-9).all()
    assert len(np.unique(found.round(3))) == X.size


def test_offsets_follow_the_run_and_not_the_row() -> None:
    shape = outline(X, log=False)
    np.testing.assert_allclose(offsets(X[::-1], shape)[::-1], offsets(X, shape))


def test_offsets_without_an_outline_spread_over_the_whole_row() -> None:
    assert sorted(offsets([3.0, 1.0, 2.0], outline([1.0, 2.0, 3.0], log=False))) == [-0.5, 0.0, 0.5]
