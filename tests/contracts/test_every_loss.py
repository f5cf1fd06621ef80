"""What every loss promises, whoever added it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens import losses
from orbitsens.config import Parameters
from orbitsens.losses import LossInputs
from tests.contracts.finite import assert_finite
from tests.core.states import EDGE_STATES, PERIAPSIS_AT_E_099

every_loss = pytest.mark.parametrize("name", losses.REGISTRY)


def loss_inputs(**changes):
    """Two segments of five samples; the last sample of the second is padded."""
    rng = np.random.default_rng(1)
    true = np.resize(EDGE_STATES[:4], (2, 5, 6)).astype(np.float32)
    mask = np.ones((2, 5), bool)
    mask[:, 0] = mask[1, 4] = False
    weights = {"w": jnp.asarray(rng.normal(size=(3, 2)), jnp.float32), "b": jnp.array([0.5, -2.0])}
    known = {
        "predicted": jnp.asarray(true + rng.normal(scale=0.1, size=true.shape), jnp.float32),
        "true": jnp.asarray(true),
        "mask": jnp.asarray(mask),
        "dynamics": lambda y: jnp.concatenate([y[3:], jnp.array([1.0, -2.0, 0.5])]),
        "weights": weights,
        "mu": jnp.float32(1.0),
        "parameters": Parameters(l1_reg=0.01, l2_reg=0.1),
    }
    return LossInputs(**(known | changes))


def value_and_gradient(name, inputs):
    def total(predicted, weights):
        value = losses.REGISTRY[name].apply(inputs._replace(predicted=predicted, weights=weights))
        return value.total, value

    (_, value), gradient = jax.value_and_grad(total, argnums=(0, 1), has_aux=True)(inputs.predicted, inputs.weights)
    return value, gradient


class TestLosses:
    @every_loss
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"predicted": loss_inputs().true},
            {"predicted": jnp.zeros((2, 5, 6))},
            {"true": jnp.zeros((2, 5, 6))},
            {"predicted": jnp.zeros((2, 5, 6)), "true": jnp.zeros((2, 5, 6))},
            {"predicted": jnp.full((2, 5, 6), 1e3)},
            {"true": jnp.broadcast_to(jnp.float32(PERIAPSIS_AT_E_099), (2, 5, 6))},
            {"dynamics": lambda y: jnp.zeros(6)},
            {"weights": {"w": jnp.zeros((3, 2))}},
        ],
        ids=[
            "usual",
            "perfect",
            "zero prediction",
            "zero truth",
            "both zero",
            "far",
            "periapsis",
            "at rest",
            "weights",
        ],
    )
    def test_scalar_and_finite_with_finite_gradients(self, name, changes):
        value, gradient = value_and_gradient(name, loss_inputs(**changes))
        assert all(x.shape == () and x.dtype == jnp.float32 for x in value)
        assert_finite((value, gradient))

    @every_loss
    def test_a_padded_sample_changes_nothing(self, name):
        inputs = loss_inputs()
        out = ~inputs.mask[..., None]
        other = inputs._replace(predicted=jnp.where(out, -7.0, inputs.predicted), true=jnp.where(out, 0.0, inputs.true))
        (value, gradient), (same, _) = value_and_gradient(name, inputs), value_and_gradient(name, other)
        np.testing.assert_array_equal(value, same)
        np.testing.assert_array_equal(gradient[0][~inputs.mask], 0.0)

    @every_loss
    def test_the_order_of_segments_does_not_matter(self, name):
        inputs = loss_inputs()
        turned = inputs._replace(predicted=inputs.predicted[::-1], true=inputs.true[::-1], mask=inputs.mask[::-1])
        value, same = (losses.REGISTRY[name].apply(x) for x in (inputs, turned))
        np.testing.assert_allclose(value, same, rtol=1e-5)

    @every_loss
    def test_worse_predictions_cost_more(self, name):
        inputs = loss_inputs()
        totals = [
            float(losses.REGISTRY[name].apply(inputs._replace(predicted=inputs.true + size)).total)
            for size in (0.0, 0.1, 0.5)
        ]
        assert totals[0] < totals[1] < totals[2]

    @every_loss
    def test_all_report_the_same_components(self, name):
        value, note = (losses.REGISTRY[n].apply(loss_inputs()) for n in (name, "percent_error_plus_nmse"))
        np.testing.assert_array_equal(value[1:], note[1:])
