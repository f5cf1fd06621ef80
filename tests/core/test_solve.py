"""The segment solver against diffrax at tight tolerance, its promise about error estimates, and its gradient."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.augment import Segments
from orbitsens.config import Parameters, Stage
from orbitsens.datasets import make_dataset
from orbitsens.model import make_model
from orbitsens.normalization import REGISTRY as NORMALIZATIONS
from orbitsens.segments import cut_segments, in_units
from orbitsens.solve import ENGINES
from orbitsens.tsit5 import Tolerance, error_ratio, tsit5_step
from orbitsens.vectors import inverse_norm

# Strict promotion would refuse diffrax's own mixing of integers with floats.
pytestmark = pytest.mark.mixed_dtypes


class TwoBody(eqx.Module):
    """The true dynamics, with its gravitational parameter as the only weight."""

    mu: jax.Array

    def __call__(self, y):
        return jnp.concatenate([y[3:], -self.mu * y[:3] * inverse_norm(y[:3]) ** 3])


def segments_of(name, length, dtype=jnp.float32):
    data = make_dataset(name)
    orbits = in_units(data, NORMALIZATIONS["canonical"].units(data))
    stage = Stage(learning_rate=0.1, steps=1, segment_length=length, window=(0.0, 1.0))
    cut = cut_segments(orbits, stage)
    return Segments(jnp.asarray(cut.t, dtype), jnp.asarray(cut.y, dtype), jnp.asarray(cut.mask))


def solve(engine, dynamics, segments, rtol, atol):
    return eqx.filter_jit(ENGINES[engine])(dynamics, segments, Tolerance(rtol, atol))


@pytest.fixture
def double():
    with jax.enable_x64(True):
        yield


def learnt(dtype):
    # A smooth activation: across the kinks of a leaky ReLU no high-order method gains its order.
    model = make_model(Parameters(width=16, depth=2, activation="tanh"), key=jax.random.key(3)).func
    return jax.tree.map(lambda x: x.astype(dtype) if eqx.is_inexact_array(x) else x, model)


@pytest.mark.parametrize("length", [4, 36])
def test_learnt_dynamics_agree_with_diffrax_at_1e9(double, length):
    segments = segments_of("complex_TBP_planar_3", length, jnp.float64)
    dynamics = learnt(jnp.float64)
    ours = solve("segment", dynamics, segments, 1e-9, 1e-9)
    reference = solve("diffrax", dynamics, segments, 1e-11, 1e-11)
    np.testing.assert_allclose(ours, reference, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", ["complex_TBP_planar_20", "complex_TBP_nonplanar_20", "simple_TBP_planar_5"])
def test_true_dynamics_reproduce_the_orbits(double, name):
    segments = segments_of(name, 90, jnp.float64)
    ours = solve("segment", TwoBody(jnp.float64(1.0)), segments, 1e-9, 1e-9)
    np.testing.assert_allclose(ours, segments.y, atol=2e-7)


def test_single_precision_stays_within_its_tolerance():
    segments = segments_of("complex_TBP_planar_20", 4)
    ours = solve("segment", TwoBody(jnp.float32(1.0)), segments, 1e-6, 1e-8)
    np.testing.assert_allclose(ours, segments.y, rtol=1e-5, atol=1e-5)


def test_every_accepted_step_is_within_tolerance(double):
    # Where one step of the whole interval is too coarse, the solver must not have used it.
    segments = segments_of("complex_TBP_planar_20", 2, jnp.float64)
    dynamics, tolerance = TwoBody(jnp.float64(1.0)), Tolerance(1e-10, 1e-12)
    start, h = segments.y[:, 0], segments.t[:, 1]
    single = jax.vmap(lambda y, h: tsit5_step(dynamics, y, dynamics(y), h))(start, h)
    too_large = jax.vmap(partial(error_ratio, tolerance=tolerance))(start, single) > 1
    assert 50 < jnp.sum(too_large) < 5000
    ours = solve("segment", dynamics, segments, 1e-10, 1e-12)[:, 1]
    np.testing.assert_allclose(ours[~too_large], single.y[~too_large], rtol=1e-13, atol=1e-14)
    error = jnp.linalg.norm(ours - segments.y[:, 1], axis=1)
    error_of_single = jnp.linalg.norm(single.y - segments.y[:, 1], axis=1)
    assert jnp.all(error[too_large] <= error_of_single[too_large] + 1e-13)
    assert jnp.max(error) < 1e-8


@pytest.mark.parametrize("tolerance", [1e-5, 1e-11])
def test_gradient_agrees_with_finite_differences(double, tolerance):
    # At 1e-5 single steps suffice; at 1e-11 all intervals are refined, so both derivatives are checked.
    segments = segments_of("complex_TBP_planar_2", 10, jnp.float64)
    dynamics = learnt(jnp.float64)
    arrays, rest = eqx.partition(dynamics, eqx.is_inexact_array)
    flat, unravel = jax.flatten_util.ravel_pytree(arrays)

    @jax.jit
    def loss(flat):
        out = ENGINES["segment"](eqx.combine(unravel(flat), rest), segments, Tolerance(tolerance, tolerance))
        return jnp.mean((out - segments.y) ** 2)

    direction = jax.random.normal(jax.random.key(1), flat.shape, jnp.float64)
    slope = jax.grad(loss)(flat) @ direction
    h = 1e-4
    finite = (
        loss(flat - 2 * h * direction)
        - 8 * loss(flat - h * direction)
        + 8 * loss(flat + h * direction)
        - loss(flat + 2 * h * direction)
    ) / (12 * h)
    # Step sizes are held fixed in the gradient but follow the weights in the loss: they agree to the tolerance.
    np.testing.assert_allclose(slope, finite, rtol=1e-4 if tolerance == 1e-5 else 1e-6)


def test_gradient_agrees_with_diffrax(double):
    segments = segments_of("complex_TBP_planar_2", 6, jnp.float64)

    def loss(dynamics, engine):
        return jnp.mean((ENGINES[engine](dynamics, segments, Tolerance(1e-9, 1e-9)) - segments.y) ** 2)

    ours, theirs = (eqx.filter_jit(eqx.filter_grad(loss))(learnt(jnp.float64), engine) for engine in ENGINES)
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-9)


def test_an_interval_of_hundreds_of_steps_is_crossed_and_so_is_its_gradient(double):
    """Whole revolutions between two samples take more steps than lanes may make together."""
    cut = segments_of("complex_TBP_planar_2", 2, jnp.float64)
    revolutions = jnp.array([[0.0, 40.0], [0.0, 55.0]])
    segments = Segments(revolutions, cut.y[:2], cut.mask[:2])

    def end(mu, engine):
        return jnp.sum(ENGINES[engine](TwoBody(mu), segments, Tolerance(1e-9, 1e-9))[:, 1] ** 2)

    ours, theirs = (eqx.filter_jit(jax.value_and_grad(end))(jnp.float64(1.0), engine) for engine in ENGINES)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)


def test_padded_samples_repeat_the_state_before_them():
    segments = segments_of("simple_TBP_planar_1", 4)
    padded = Segments(segments.t.at[:, 2:].set(segments.t[:, 1:2]), segments.y, segments.mask.at[:, 2:].set(False))
    ours = solve("segment", TwoBody(jnp.float32(1.0)), padded, 1e-6, 1e-8)
    np.testing.assert_array_equal(ours[:, 2:], jnp.broadcast_to(ours[:, 1:2], ours[:, 2:].shape))


def test_an_interval_that_cannot_be_crossed_ends_in_nan_and_not_in_a_hang():
    class Stiff(eqx.Module):
        rate: jax.Array

        def __call__(self, y):
            return -self.rate * y

    segments = segments_of("simple_TBP_planar_1", 4)
    ours = solve("segment", Stiff(jnp.float32(1e9)), segments, 1e-6, 1e-8)
    assert jnp.all(jnp.isnan(ours[:, 1:]))
    np.testing.assert_array_equal(ours[:, 0], segments.y[:, 0])


def test_planar_dynamics_stay_in_the_plane():
    segments = segments_of("complex_TBP_planar_5", 36)
    ours = solve("segment", learnt(jnp.float32), segments, 1e-6, 1e-8)
    np.testing.assert_array_equal(ours[..., [2, 5]], jnp.zeros_like(ours[..., [2, 5]]))


class Counted(eqx.Module):
    """The true dynamics, telling `told` of every evaluation; `mu` NaN is a model whose weights are lost."""

    mu: jax.Array
    told: list = eqx.field(static=True)

    def __call__(self, y):
        jax.debug.callback(lambda _: self.told.append(1), y)
        return TwoBody(self.mu)(y)


@pytest.mark.parametrize(("mu", "most_stages"), [(1.0, 400), (float("nan"), 6)])
def test_a_model_that_is_lost_is_not_solved_with_ever_smaller_steps(mu, most_stages):
    segments = segments_of("complex_TBP_planar_1", 20)
    told: list[int] = []
    ends = solve("segment", Counted(jnp.float32(mu), told), segments, 1e-6, 1e-8)
    jax.effects_barrier()
    n, intervals = segments.t.shape[0], segments.t.shape[1] - 1
    assert np.isfinite(mu) == np.isfinite(np.asarray(ends)[:, 1:]).all()
    assert n < len(told) <= n * (1 + most_stages * intervals)
