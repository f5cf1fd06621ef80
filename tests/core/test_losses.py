"""Every loss against its definition, written again in NumPy over the samples that count, and in training."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.config import Data, Parameters
from orbitsens.config.expand import RunConfig
from orbitsens.config.sweepfile import Wandb
from orbitsens.constants import LENGTH_UNIT_KM, MU_KM3_S2, TIME_UNIT_S
from orbitsens.losses import REGISTRY as LOSSES, LossInputs
from orbitsens.prepare import stage_data, training_data
from orbitsens.train import make_train, run_keys
from tests.core.states import state_of

L1, L2 = 0.03, 0.2
WEIGHTS = {"w": np.array([[1.0, -2.0], [0.5, 0.0]]), "b": np.array([-3.0, 4.0])}
TURN = np.array([[0.2, -1.0, 0.3], [0.8, 0.1, 0.0], [-0.4, 0.0, -0.5]])
TO_PHYSICAL = np.array([LENGTH_UNIT_KM] * 3 + [LENGTH_UNIT_KM / TIME_UNIT_S] * 3)


def learnt(y):
    return jnp.concatenate([y[3:], TURN @ y[:3]])


def given(mu=1.0):
    """Three segments of four samples, the last sample of one padded with what no orbit has."""
    nu = np.linspace(0, 6, 12).reshape(3, 4)
    true = state_of(3.0, 0.6, i=0.5, raan=1.0, w=0.3, nu=nu)
    predicted = true * np.random.default_rng(3).normal(1.0, 0.05, true.shape)
    mask = np.ones((3, 4), bool)
    mask[:, 0] = mask[2, 3] = False
    true[2, 3], predicted[2, 3] = 0.0, -50.0
    return LossInputs(
        jnp.asarray(predicted),
        jnp.asarray(true),
        jnp.asarray(mask),
        learnt,
        jax.tree.map(jnp.asarray, WEIGHTS),
        jnp.float64(mu),
        Parameters(l1_reg=L1, l2_reg=L2),
    )


def percent_error(y, yhat):
    return np.mean([100 * np.linalg.norm(a - b) / max(np.linalg.norm(a), 1e-8) for a, b in zip(y, yhat, strict=True)])


def energy(y, mu=1.0):
    return np.sum(y[:, 3:] ** 2, axis=1) / 2 - mu / np.linalg.norm(y[:, :3], axis=1)


def energy_term(y, yhat):
    return 0.2 * np.mean((energy(y) - energy(yhat)) ** 2) / (np.mean(np.abs(energy(y))) + 1e-8) ** 2


def attraction_term(yhat):
    outward = [r @ TURN @ r / (np.linalg.norm(r) * np.linalg.norm(TURN @ r)) for r in yhat[:, :3]]
    return 100 * np.mean(np.maximum(outward, 0))


def penalty():
    return L1 * (1 + 2 + 0.5 + 3 + 4) + L2 * (1 + 4 + 0.25 + 9 + 16)


FORMULAS = {
    "percent_error": percent_error,
    "percent_error_plus_nmse": lambda y, yhat: (
        percent_error(y, yhat) + 100 * np.sqrt(np.mean((y - yhat) ** 2) / (np.mean(y**2) + 1e-8) + 1e-8)
    ),
    "percent_error_with_energy": lambda y, yhat: percent_error(y, yhat) + energy_term(y, yhat),
    "percent_error_with_attraction": lambda y, yhat: percent_error(y, yhat) + attraction_term(yhat),
    "percent_error_with_reg": lambda y, yhat: percent_error(y, yhat) + penalty(),
    "mean_squared_error": lambda y, yhat: np.mean((y - yhat) ** 2),
    "relative_squared_error": lambda y, yhat: np.mean(
        [np.sum((a - b) ** 2) / (np.sum(a**2) + 1e-8) for a, b in zip(y, yhat, strict=True)]
    ),
    "mse_with_reg": lambda y, yhat: np.mean((y - yhat) ** 2) + penalty(),
}


@pytest.fixture
def double():
    with jax.enable_x64(True):
        yield


def test_every_loss_is_compared():
    assert FORMULAS.keys() == LOSSES.keys()


@pytest.mark.parametrize("name", FORMULAS)
def test_losses_are_their_formula(double, name):
    inputs = given()
    counts = np.asarray(inputs.mask)
    y, yhat = np.asarray(inputs.true)[counts], np.asarray(inputs.predicted)[counts]
    assert len(y) == 8
    np.testing.assert_allclose(LOSSES[name].apply(inputs).total, FORMULAS[name](y, yhat), rtol=1e-10)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_perfect_prediction_costs_nothing_but_penalties(double, name):
    attractive = given()._replace(dynamics=lambda y: jnp.concatenate([y[3:], -y[:3]]))
    value = LOSSES[name].apply(attractive._replace(predicted=attractive.true))
    # The normalised error has a floor: 100 sqrt(1e-8).
    rest = {"percent_error_plus_nmse": 0.01, "percent_error_with_reg": penalty(), "mse_with_reg": penalty()}
    np.testing.assert_allclose(value.total, rest.get(name, 0.0), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose((value.mpe, value.rmse), (0.0, 0.01), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["percent_error_with_reg", "mse_with_reg"])
def test_penalties_grow_with_the_weights(double, name):
    small, large = (
        LOSSES[name].apply(given()._replace(weights=jax.tree.map(lambda w, s=s: s * jnp.asarray(w), WEIGHTS))).total
        for s in (1.0, 2.0)
    )
    np.testing.assert_allclose(large - small, L1 * 10.5 + L2 * 3 * 30.25, rtol=1e-10)


@pytest.mark.parametrize(("sign", "outward"), [(1.0, 100.0), (-1.0, 0.0)])
def test_attraction_is_between_none_and_all_outward(double, sign, outward):
    inputs = given()._replace(dynamics=lambda y: jnp.concatenate([y[3:], sign * 7.0 * y[:3]]))
    value = LOSSES["percent_error_with_attraction"].apply(inputs)
    np.testing.assert_allclose(value.total - value.mpe, outward, rtol=1e-10, atol=1e-10)


def test_the_energy_term_does_not_depend_on_the_units(double):
    canonical, physical = given(), given(MU_KM3_S2)
    physical = physical._replace(
        true=jnp.asarray(physical.true * TO_PHYSICAL[None, None]),
        predicted=jnp.asarray(physical.predicted * TO_PHYSICAL[None, None]),
    )
    terms = [(v.total - v.mpe) for v in map(LOSSES["percent_error_with_energy"].apply, (canonical, physical))]
    np.testing.assert_allclose(terms[1], terms[0], rtol=1e-6)


@pytest.mark.mixed_dtypes
def test_training_gives_a_loss_the_weights_and_their_penalties():
    parameters = Parameters(
        width=3,
        depth=1,
        steps_strategy=(2,),
        lr_strategy=(0.01,),
        segment_length_strategy=(2,),
        loss_fcn="percent_error_with_reg",
        l1_reg=L1,
        l2_reg=L2,
    )
    run = RunConfig(
        wandb=Wandb(group="test"), data=Data(dataset_name="single_TBP_planar_1_train"), parameters=parameters
    )
    carry, rows = jax.jit(make_train(parameters, stage_data(run, training_data(run))))(run_keys(0))
    w = np.concatenate([np.ravel(x) for x in jax.tree.leaves(carry.weights)])
    last = rows[0].training
    np.testing.assert_allclose(last.total[-1] - last.mpe[-1], L1 * np.sum(np.abs(w)) + L2 * np.sum(w**2), rtol=1e-3)
