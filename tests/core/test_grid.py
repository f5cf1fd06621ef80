"""The residual grid against a slow loop that shares no code with it: SciPy's orbit, the model one state at a time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from orbitsens.config import ConfigError, Parameters
from orbitsens.constants import EARTH_RADIUS_KM, LENGTH_UNIT_KM, MU_KM3_S2, TIME_UNIT_S
from orbitsens.grid import residual_grid
from orbitsens.grid_settings import GridSettings
from orbitsens.model import make_model
from orbitsens.normalization import Units

UNITS = Units(LENGTH_UNIT_KM, TIME_UNIT_S)
TILTED = GridSettings(
    n_a=7, n_e=6, anomalies=12, arguments_deg=(30.0, 120.0), start_deg=40.0, inclination_deg=50.0, raan_deg=20.0
)
ROLLED = GridSettings(n_a=3, n_e=3, anomalies=24, e_range=(0.0, 0.6), revolutions=1)


def model(**parameters):
    return make_model(Parameters(width=8, depth=1, **parameters), key=jax.random.key(1))


@pytest.fixture(scope="module")
def small():
    return model(planar_constraint=False)


@pytest.fixture(scope="module")
def tilted(small):
    return residual_grid(small, TILTED, UNITS)


def state_by_rotations(a, e, w, nu):
    """An orbit's state by Kepler's equation, SciPy's root finder and rotation matrices, in km and km/s."""
    mean = 2 * np.arctan2(np.sqrt(1 - e) * np.sin(nu / 2), np.sqrt(1 + e) * np.cos(nu / 2))
    mean -= e * np.sin(mean)
    anomaly = brentq(lambda x: x - e * np.sin(x) - mean, mean - 2, mean + 2, xtol=1e-15)
    n = np.sqrt(MU_KM3_S2 / a**3)
    b = a * np.sqrt(1 - e * e)
    r = np.array([a * (np.cos(anomaly) - e), b * np.sin(anomaly), 0.0])
    v = np.array([-a * np.sin(anomaly), b * np.cos(anomaly), 0.0]) * n / (1 - e * np.cos(anomaly))

    def about(axis, angle):
        c, s = np.cos(angle), np.sin(angle)
        return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]] if axis == 2 else [[1, 0, 0], [0, c, -s], [0, s, c]])

    turn = (
        about(2, np.radians(TILTED.raan_deg)) @ about(0, np.radians(TILTED.inclination_deg)) @ about(2, np.radians(w))
    )
    return turn @ r, turn @ v


def slow_cell(model, a, e):
    errors, angles, outward, flips = [], [], [], []
    for w in TILTED.arguments_deg:
        before = None
        for k in range(TILTED.anomalies):
            r, v = state_by_rotations(a, e, w, np.radians(TILTED.start_deg) + 2 * np.pi * k / TILTED.anomalies)
            y = np.concatenate([r / UNITS.length_km, v / UNITS.velocity_km_s])
            found = np.float64(model.func(jnp.float32(y)))[3:]
            true = -y[:3] / np.linalg.norm(y[:3]) ** 3
            errors.append(100 * np.linalg.norm(found - true) / np.linalg.norm(true))
            cosine = found @ true / np.linalg.norm(found) / np.linalg.norm(true)
            angles.append(np.degrees(np.arccos(cosine)))
            outward.append(100.0 * (found @ y[:3] > 0))
            flips += [] if before is None else [100.0 * (found @ before < 0)]
            before = found
    return errors, angles, outward, flips


def test_random_cells_agree_with_a_slow_loop(small, tilted):
    rng = np.random.default_rng(5)
    feasible = np.argwhere(TILTED.feasible)
    for k, j in rng.choice(feasible, 5, replace=False):
        errors, angles, outward, flips = slow_cell(small, TILTED.a_km[j], TILTED.e[k])
        cell = {name: field[k, j] for name, field in tilted.fields.items()}
        close = {"rtol": 2e-5, "atol": 1e-4}
        np.testing.assert_allclose(cell["acceleration_error"], np.mean(errors), **close)
        np.testing.assert_allclose(cell["acceleration_error_median"], np.median(errors), **close)
        np.testing.assert_allclose(cell["acceleration_error_max"], np.max(errors), **close)
        np.testing.assert_allclose(cell["accel_angle_deg"], np.mean(angles), **close)
        np.testing.assert_allclose(cell["accel_angle_deg_max"], np.max(angles), **close)
        np.testing.assert_allclose(cell["radial_sign_violation_pct"], np.mean(outward))
        np.testing.assert_allclose(cell["accel_dir_flip_pct"], np.mean(flips))


def test_infeasible_cells_are_masked_in_every_field(tilted):
    a, e = np.meshgrid(TILTED.a_km, TILTED.e)
    hits_the_earth = a * (1 - e) < EARTH_RADIUS_KM
    assert 0 < hits_the_earth.sum() < hits_the_earth.size
    for field in tilted.fields.values():
        np.testing.assert_array_equal(np.isnan(field), hits_the_earth)
    assert len(tilted.along.acceleration_error) == (~hits_the_earth).sum()


def test_chunks_do_not_change_a_value(small, tilted, monkeypatch):
    monkeypatch.setattr("orbitsens.grid_samples._CHUNK_NUMBERS", 8 * 24 * 5)
    shares = []
    chunked = residual_grid(small, TILTED, UNITS, shares.append)
    assert len(shares) == -(-TILTED.feasible.sum() // 5) and shares[-1] == 1.0
    for name, field in chunked.fields.items():
        np.testing.assert_allclose(field, tilted.fields[name], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(chunked.along.acceleration, tilted.along.acceleration, rtol=1e-4, atol=1e-9)


def test_kept_orbits_belong_to_their_cells(small, tilted):
    first = tilted.along.acceleration_error.mean(axis=1)
    single = residual_grid(small, GridSettings.from_plain(TILTED.plain() | {"arguments_deg": [30.0]}), UNITS)
    np.testing.assert_allclose(first, single.fields["acceleration_error"][TILTED.feasible], rtol=1e-5)


def test_rollouts_start_on_the_orbit_and_are_told_to_fail_not_dropped():
    # NaN weights cannot be integrated: every feasible cell is failed, none is missing.
    good = model()
    broken = jax.tree.map(lambda x: x * jnp.nan if isinstance(x, jax.Array) else x, good)
    grid = residual_grid(good, ROLLED, UNITS)
    assert not grid.failed.any()
    assert grid.along.path.shape == (ROLLED.feasible.sum(), 25, 2)
    np.testing.assert_allclose(grid.along.position_error_km[:, 0], 0.0, atol=0.05)
    np.testing.assert_array_equal(np.isnan(grid.fields["position_error_km"]), ~ROLLED.feasible)
    failed = residual_grid(broken, ROLLED, UNITS)
    np.testing.assert_array_equal(failed.failed, ROLLED.feasible)
    assert np.isnan(failed.fields["position_error_km"]).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"a_range_km": (8000.0, 7000.0)},
        {"a_range_km": (0.0, 7000.0)},
        {"e_range": (0.0, 1.0)},
        {"e_range": (-0.1, 0.5)},
        {"n_a": 0},
        {"n_a": 2000, "n_e": 2000},
        {"anomalies": 1},
        {"arguments_deg": ()},
        {"a_range_km": (1000.0, 5000.0)},
    ],
)
def test_impossible_grids_are_refused(wrong):
    with pytest.raises(ConfigError):
        GridSettings(**wrong)


def test_settings_survive_json():
    assert GridSettings.from_plain(TILTED.plain()) == TILTED
