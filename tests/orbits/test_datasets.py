"""Datasets by name: pure functions of the name, in the ranges of their family."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from orbitsens.config import FAMILIES as FAMILY_NAMES, ConfigError, parse_dataset_name, test_twin as twin_of
from orbitsens.constants import EARTH_RADIUS_KM, MU_KM3_S2
from orbitsens.datasets import make_dataset, take_orbits
from orbitsens.orbits import FAMILIES, state_to_elements


def digest(name):
    data = make_dataset(name)
    return hashlib.sha256(data.t.tobytes() + data.y.tobytes() + data.mask.tobytes()).hexdigest()


# Written down once: a machine, NumPy or change of code that gives other bytes must be noticed.
GOLDEN = {
    "complex_TBP_planar_10_train": "2735eaa895bfb9dae86e067c20a3f10f1d5967c89224b888dc7ee435a4079bdc",
    "simple_TBP_nonplanar_3_val": "73634b482aa59721766254b97fdc8dcf64bcf45f454734b6059d4bdf0e55be1a",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_same_name_same_bytes_everywhere(name):
    assert digest(name) == GOLDEN[name]


def test_same_bytes_in_a_new_process():
    code = "from tests.orbits.test_datasets import digest; print(digest('complex_TBP_planar_5_test'))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == digest("complex_TBP_planar_5_test")


def test_train_val_and_test_are_independent_draws():
    axes = [make_dataset(f"complex_TBP_planar_10_{s}").elements.semi_major_axis for s in ("train", "val", "test")]
    assert len(np.unique(np.concatenate(axes))) == 30


@pytest.mark.parametrize("family", FAMILY_NAMES)
@pytest.mark.parametrize("plane", ["planar", "nonplanar"])
def test_orbits_lie_in_the_ranges_of_their_family(family, plane):
    data = make_dataset(f"{family}_TBP_{plane}_200")
    a, e = data.elements.semi_major_axis, data.elements.eccentricity
    (a0, a1), (e0, e1) = FAMILIES[family].semi_major_axis_km, FAMILIES[family].eccentricity
    assert np.all((a >= a0) & (a <= a1) & (e >= e0) & (e <= e1))
    assert np.all(a * (1 - e) >= EARTH_RADIUS_KM)
    assert np.all(data.elements.argument_of_periapsis <= np.pi)
    if plane == "planar":
        assert np.all(data.y[..., [2, 5]] == 0)
    else:
        assert np.all(data.elements.inclination <= np.pi) and np.std(data.elements.inclination) > 0.5
    assert np.min(np.linalg.norm(data.y[..., :3], axis=-1)) >= EARTH_RADIUS_KM * (1 - 1e-12)


def test_complex_orbits_are_uniform_where_feasible():
    data = make_dataset("complex_TBP_planar_4000")
    a, e = data.elements.semi_major_axis, data.elements.eccentricity
    assert e.max() > 0.8 and a.max() > 42000
    # Given a, the eccentricity of a feasible uniform draw is uniform up to 1 - R_E / a.
    from scipy.stats import kstest

    assert kstest(e / np.minimum(0.99, 1 - EARTH_RADIUS_KM / a), "uniform").pvalue > 1e-3


def test_elements_of_the_first_state_are_those_drawn():
    data = make_dataset("complex_TBP_nonplanar_20")
    back = state_to_elements(data.y[:, 0], MU_KM3_S2)
    for found, drawn in zip(back, data.elements, strict=True):
        np.testing.assert_allclose(found, drawn, rtol=1e-9, atol=1e-9)


def test_take_orbits_keeps_order_and_fields_together():
    data = make_dataset("simple_TBP_planar_4")
    some = take_orbits(data, np.array([2, 0]))
    np.testing.assert_array_equal(some.y, data.y[[2, 0]])
    np.testing.assert_array_equal(some.elements.eccentricity, data.elements.eccentricity[[2, 0]])


def test_names_are_read_as_the_team_writes_them():
    parsed = parse_dataset_name("complex_2BP_planar_10_train")
    assert str(parsed) == "complex_TBP_planar_10_train"
    assert twin_of("complex_TBP_planar_10_train") == twin_of("complex_TBP_planar_10") == "complex_TBP_planar_10_test"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("complx_TBP_planar_3", "did you mean 'complex'"),
        ("complex_TBP_planar_0", "at least 1 orbit"),
        ("complex_planar_3", "is not a dataset name"),
        ("complex_TBP_planar_3_dev", "is not a dataset name"),
    ],
)
def test_a_bad_name_is_explained(name, says):
    with pytest.raises(ConfigError, match=says):
        parse_dataset_name(name)
