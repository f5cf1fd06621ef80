"""Optimisers, weight decay, clipping, learning-rate schedules and averages, on a small problem without orbits."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from orbitsens import averaging, learning_rate, optimizers
from orbitsens.averaging import AverageNumbers
from orbitsens.config import Parameters, choices
from orbitsens.optimizers import OptimizerNumbers, make_optimizer
from orbitsens.run_numbers import run_numbers, scheduled
from orbitsens.traced import OWN_WEIGHT_DECAY, weight_decay

pytestmark = pytest.mark.mixed_dtypes  # optax mixes integers with floats
START = {"w": jnp.array([1.5, -2.0]), "b": jnp.array([0.7])}


def numbers(rate=0.01, decay=0.0, clip=1.0, momentum=0.9):
    return OptimizerNumbers(*map(jnp.float32, (rate, decay, clip, momentum)))


def steps(parameters, made_of, n=1, start=START, gradient=None):
    optimizer = make_optimizer(parameters, made_of)

    def step(carry, _):
        weights, state = carry
        found = jax.tree.map(lambda w: 2.0 * w, weights) if gradient is None else gradient
        updates, state = optimizer.update(found, state, weights)
        return (optax.apply_updates(weights, updates), state), None

    run = jax.jit(lambda weights: jax.lax.scan(step, (weights, optimizer.init(weights)), None, length=n)[0][0])
    return run(start)


def size(weights):
    return float(optax.tree.norm(weights))


@pytest.mark.parametrize("name", optimizers.REGISTRY)
def test_every_optimiser_descends(name):
    after = steps(Parameters(optimizer=name), numbers(rate=0.02), n=60)
    assert all(np.all(np.isfinite(x)) for x in jax.tree.leaves(after))
    assert size(after) < 0.97 * size(START)


def test_names_are_those_of_optax_with_its_own_decay():
    import inspect

    assert list(optimizers.REGISTRY) == list(choices.OPTIMIZERS)
    for name in optimizers.REGISTRY:
        own = inspect.signature(getattr(optax, name)).parameters.get("weight_decay")
        assert OWN_WEIGHT_DECAY.get(name, 0.0) == (own.default if own else 0.0)


@pytest.mark.parametrize("name", ["adamw", "lion", "nadamw"])
def test_without_a_weight_decay_it_is_optaxs_own_optimiser(name):
    ours = steps(Parameters(optimizer=name), numbers(decay=weight_decay(Parameters(optimizer=name))), n=5)
    own = getattr(optax, name)(0.01)
    weights, state = START, own.init(START)
    for _ in range(5):
        updates, state = own.update(jax.tree.map(lambda w: 2.0 * w, weights), state, weights)
        weights = optax.apply_updates(weights, updates)
    for key in START:
        np.testing.assert_allclose(ours[key], weights[key], rtol=1e-6)


def test_weight_decay_is_decoupled():
    plain = steps(Parameters(optimizer="adam"), numbers())
    decayed = steps(Parameters(optimizer="adam", weight_decay=0.3), numbers(decay=0.3))
    for key, start in START.items():
        np.testing.assert_allclose(decayed[key], plain[key] - 0.01 * 0.3 * start, rtol=1e-6)
    assert weight_decay(Parameters(optimizer="adamw", weight_decay=0.0)) == 0.0


def test_clipping_shortens_long_gradients_alone():
    clipped, plain = Parameters(optimizer="sgd", gradient_clip=1.0), Parameters(optimizer="sgd")
    long = {"w": jnp.array([3.0, 4.0]), "b": jnp.array([0.0])}
    after = steps(clipped, numbers(rate=1.0, clip=1.0), gradient=long)
    np.testing.assert_allclose(START["w"] - after["w"], [0.6, 0.8], rtol=1e-6)
    short = jax.tree.map(lambda x: 0.1 * x, long)
    a, b = (steps(p, numbers(rate=1.0, clip=1.0), gradient=short) for p in (clipped, plain))
    np.testing.assert_array_equal(a["w"], b["w"])


def test_momentum_is_that_of_sgd():
    steady = {"w": jnp.array([1.0, 1.0]), "b": jnp.array([1.0])}
    after = steps(Parameters(optimizer="sgd"), numbers(rate=0.1, momentum=0.5), n=2, gradient=steady)
    np.testing.assert_allclose(START["b"] - after["b"], 0.1 * (1 + 1.5), rtol=1e-6)


class TestLearningRate:
    def rates(self, schedule, n=10):
        parameters = Parameters(lr_schedule=schedule, lr_strategy=(0.5,), steps_strategy=(n,), lr_final_ratio=0.01)
        made_of = run_numbers(parameters, parameters.stages[0])
        return [float(scheduled(parameters, made_of, jnp.int32(i)).learning_rate) for i in range(n + 1)]

    def test_every_schedule_starts_at_the_stages_rate(self):
        assert list(learning_rate.REGISTRY) == list(choices.LR_SCHEDULES)
        for schedule in learning_rate.REGISTRY:
            assert self.rates(schedule)[0] == pytest.approx(0.5)

    def test_constant_stays(self):
        assert set(self.rates("constant")) == {0.5}

    def test_cosine(self):
        rates = self.rates("cosine")
        assert rates[5] == pytest.approx(0.5 * (0.01 + 0.99 * 0.5), rel=1e-5)
        assert rates[10] == pytest.approx(0.005, rel=1e-4)
        assert np.all(np.diff(rates) < 0)

    def test_exponential(self):
        rates = self.rates("exponential")
        np.testing.assert_allclose(np.divide(rates[1:], rates[:-1]), 0.01**0.1, rtol=1e-5)


class TestAverages:
    def average(self, name, values, **changed):
        made_of = AverageNumbers(jnp.float32(changed.get("decay", 0.9)), jnp.float32(changed.get("share", 0.25)))
        average, averages = -99.0, []
        for i, value in enumerate(values):
            share = float(averaging.REGISTRY[name](jnp.float32(i), jnp.float32(len(values)), made_of))
            average += share * (value - average)
            averages.append(average)
        return averages

    def test_every_name_but_none_has_one(self):
        assert ["none", *averaging.REGISTRY] == list(choices.PARAMETER_AVERAGES)

    def test_the_tail_mean_is_the_mean_of_the_last_share(self):
        values = np.random.default_rng(0).normal(size=20)
        averages = self.average("tail_mean", values)
        assert averages[-1] == pytest.approx(values[15:].mean(), rel=1e-5)
        np.testing.assert_allclose(averages[:15], values[:15], rtol=1e-6)

    def test_the_moving_average_forgets_where_it_began(self):
        values = np.random.default_rng(0).normal(size=60)
        averages = self.average("ema", values, decay=0.5)
        weights = 0.5 ** np.arange(60)[::-1]
        assert averages[-1] == pytest.approx(np.sum(weights * values) / weights.sum(), rel=1e-4)
        assert averages[0] == pytest.approx(values[0])
