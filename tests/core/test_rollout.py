"""Rollouts against diffrax at rtol 1e-9, against the closed form, and when they fail."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.augment import Segments
from orbitsens.config import Parameters
from orbitsens.constants import LENGTH_UNIT_KM, MU_KM3_S2, TIME_UNIT_S
from orbitsens.datasets import make_dataset
from orbitsens.grid import residual_grid
from orbitsens.grid_settings import GridSettings
from orbitsens.model import load_model, make_model
from orbitsens.normalization import Units
from orbitsens.orbits import Elements, Revolution, period, revolution
from orbitsens.rollout import closed_revolutions, roll_out, rollout_errors
from orbitsens.solve import solve_with_diffrax
from orbitsens.tsit5 import Tolerance
from orbitsens.vectors import inverse_norm
from store.location import SHIPPED

# Strict promotion would refuse diffrax's own mixing of integers with floats.
pytestmark = pytest.mark.mixed_dtypes
UNITS = Units(LENGTH_UNIT_KM, TIME_UNIT_S)


class TwoBody(eqx.Module):
    """The true dynamics in canonical units."""

    def __call__(self, y):
        return jnp.concatenate([y[3:], -y[:3] * inverse_norm(y[:3]) ** 3])


@pytest.fixture(scope="module")
def truth():
    data = make_dataset("complex_TBP_nonplanar_4")
    return closed_revolutions(Revolution(data.t, data.y), data.elements, 2)


def test_two_revolutions_close(truth):
    turn = period(make_dataset("complex_TBP_nonplanar_4").elements.semi_major_axis, MU_KM3_S2)
    assert truth.t.shape == (4, 721) and np.all(np.diff(truth.t, axis=1) > 0)
    np.testing.assert_allclose(truth.t[:, -1], 2 * turn, rtol=1e-14)
    np.testing.assert_array_equal(truth.y[:, [0, 360, 720]], truth.y[:, [0, 0, 0]])


def test_a_learnt_model_agrees_with_diffrax_at_1e9(truth):
    with jax.enable_x64(True):
        # A smooth activation: across the kinks of a leaky ReLU no high-order method gains its order.
        model = make_model(Parameters(width=8, depth=1, activation="tanh"), key=jax.random.key(3)).func
        model = jax.tree.map(lambda x: x.astype(jnp.float64) if eqx.is_inexact_array(x) else x, model)
        short = Revolution(truth.t[:, ::6], truth.y[:, ::6])
        ours = roll_out(model, short, UNITS, Tolerance(jnp.float64(1e-9), jnp.float64(1e-9)))
        scale = np.array([UNITS.length_km] * 3 + [UNITS.velocity_km_s] * 3)
        y = jnp.asarray(short.y / scale)
        segments = Segments(jnp.asarray(short.t / UNITS.time_s), y, jnp.ones(y.shape[:2], dtype=bool))
        reference = eqx.filter_jit(solve_with_diffrax)(model, segments, Tolerance(1e-9, 1e-9))
    np.testing.assert_allclose(ours / scale, reference, rtol=1e-6, atol=1e-6)


def test_a_grids_rollouts_of_a_shipped_model_agree_with_diffrax_at_1e9():
    # The model as it is evaluated, float32 at its own tolerances, against float64 at 1e-9.
    loaded = load_model(min((SHIPPED / "models").glob("*.eqx")))
    settings = GridSettings(
        n_a=2, n_e=2, anomalies=36, a_range_km=(12000.0, 30000.0), e_range=(0.1, 0.4), revolutions=1
    )
    fields = residual_grid(loaded.model, settings, loaded.units).fields
    a, e = (axis.ravel() for axis in np.meshgrid(settings.a_km, settings.e))
    zero = np.zeros(4)
    elements = Elements(a, e, zero, zero, zero + np.pi / 2, zero)
    orbits = closed_revolutions(revolution(elements, 36, MU_KM3_S2), elements, 1)
    scale = np.array([loaded.units.length_km] * 3 + [loaded.units.velocity_km_s] * 3)
    with jax.enable_x64(True):
        exact = jax.tree.map(lambda x: x.astype(jnp.float64) if eqx.is_inexact_array(x) else x, loaded.model.func)
        y = jnp.asarray(orbits.y / scale)
        segments = Segments(jnp.asarray(orbits.t / loaded.units.time_s), y, jnp.ones(y.shape[:2], dtype=bool))
        rolled = eqx.filter_jit(solve_with_diffrax)(exact, segments, Tolerance(1e-9, 1e-9))
    reference = rollout_errors(np.asarray(rolled) * scale, orbits.y).per_orbit
    for name in ("position_error_km", "position_error_pct", "energy_drift_pct"):
        np.testing.assert_allclose(fields[name].ravel(), reference[name], rtol=2e-2)


def test_the_true_dynamics_have_no_error(truth):
    with jax.enable_x64(True):
        rolled = roll_out(TwoBody(), truth, UNITS, Tolerance(jnp.float64(1e-10), jnp.float64(1e-10)))
    errors = rollout_errors(rolled, truth.y)
    assert not errors.failed.any()
    assert errors.per_orbit["position_error_km"].max() < 0.1
    assert errors.per_orbit["end_position_error_km"].max() < 0.1
    assert errors.per_orbit["energy_drift_pct"].max() < 1e-4


def test_errors_are_what_their_names_say():
    truth = np.zeros((1, 3, 6))
    truth[0, :, 0] = 7000.0
    truth[0, :, 4] = 7.5
    rolled = truth.copy()
    rolled[0, 1, 0] += 70.0
    rolled[0, 2, 1] += 140.0
    rolled[0, 2, 5] += 0.3
    errors = rollout_errors(rolled, truth).per_orbit
    assert errors["position_error_km"] == pytest.approx([105.0])
    assert errors["position_error_pct"] == pytest.approx([1.5])
    assert errors["end_position_error_km"] == pytest.approx([140.0])
    assert errors["velocity_error_km_s"] == pytest.approx([0.15])
    energy = [0.5 * 7.5**2 - MU_KM3_S2 / 7000, 0.5 * 7.5**2 - MU_KM3_S2 / 7070]
    drift = 100 * abs(energy[1] - energy[0]) / abs(energy[0])
    assert errors["energy_drift_pct"] == pytest.approx([drift])


def test_a_failed_orbit_is_flagged_and_padding_is_not_a_failure():
    truth = np.random.default_rng(0).uniform(7000, 8000, (3, 5, 6))
    rolled = truth.copy()
    rolled[0, 3:] = np.nan
    rolled[1, 4:] = np.nan
    mask = np.ones((3, 5), dtype=bool)
    mask[1, 4] = False
    errors = rollout_errors(rolled, truth, mask)
    assert errors.failed.tolist() == [True, False, False]
    for values in errors.per_orbit.values():
        assert np.isnan(values).tolist() == [True, False, False]
    assert errors.position_error_km[0, :3].tolist() == [0.0, 0.0, 0.0]
