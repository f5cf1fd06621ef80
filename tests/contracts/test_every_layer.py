"""What every feature layer and every output layer promises, whoever added it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from orbitsens import features, outputs
from tests.contracts.finite import assert_finite
from tests.core.states import EDGE_STATES, EDGES, feasible_states

every_feature_layer = pytest.mark.parametrize("name", features.REGISTRY)
every_output_layer = pytest.mark.parametrize("name", outputs.REGISTRY)
N = 32
COMPILED = {}


def compiled(layer):
    """Value and Jacobian of a layer over a batch, compiled once."""
    if layer.name not in COMPILED:
        COMPILED[layer.name] = jax.jit(lambda *x: (jax.vmap(layer.apply)(*x), jax.vmap(jax.jacrev(layer.apply))(*x)))
    return COMPILED[layer.name]


class TestFeatureLayers:
    @every_feature_layer
    def test_one_feature_a_label(self, name):
        layer = features.REGISTRY[name]
        assert layer.apply(jnp.ones(6)).shape == (layer.size,) == (len(layer.labels),)

    @every_feature_layer
    def test_finite_with_finite_gradients_at_the_edges(self, name):
        values, jacobians = compiled(features.REGISTRY[name])(EDGE_STATES)
        for place, value, jacobian in zip(EDGES, values, jacobians, strict=True):
            assert_finite((value, jacobian), place)

    @every_feature_layer
    @given(states=feasible_states(N))
    @settings(max_examples=10)
    def test_finite_with_finite_gradients_at_feasible_states(self, name, states):
        assert_finite(compiled(features.REGISTRY[name])(states))

    @every_feature_layer
    def test_a_batch_is_a_loop(self, name):
        layer = features.REGISTRY[name]
        states = EDGE_STATES[:6]
        np.testing.assert_allclose(
            jax.vmap(layer.apply)(states), np.stack([layer.apply(y) for y in states]), rtol=1e-5, atol=1e-6
        )


def raw_outputs(n, seed=0):
    """MLP outputs of many sizes and both signs, and exact zeros in every place where a layer may divide."""
    rng = np.random.default_rng(seed)
    o = rng.normal(size=(N, n)) * 10.0 ** rng.uniform(-3, 2, (N, 1))
    o[0] = 0.0
    o[1, 0] = 0.0
    o[2, 1:] = 0.0
    o[3:5] = [[100.0], [-100.0]]
    return o.astype(np.float32)


def states_beside_outputs():
    return np.resize(EDGE_STATES, (N, 6))


def applied(layer, o, y, scalar=2.0):
    return jax.vmap(layer.apply, in_axes=(0, 0, None))(o, y, scalar)


UNIT = [
    "mlp_4D_unit",
    "mlp_4D_unit_softplus",
    "mlp_4D_logmag_unit_exp",
    "mlp_4D_logmag_unit_softplus",
    "mlp_4D_unit_scaled",
]
LOGMAG = [
    "mlp_4D_logmag_exp",
    "mlp_4D_logmag_unit_softplus",
    "mlp_4D_logmag_unit_tanh_exp",
    "mlp_4D_logmag_unit_tanh_softplus",
]
POSITIVE = [
    "mlp_4D_unit_softplus",
    "mlp_4D_logmag_unit_exp",
    "mlp_4D_activation",
    "mlp_4D_activation_sigmoid",
    "mlp_4D_accsoftplus",
    *LOGMAG,
]
SCALED = ["mlp_4D_scaled", "mlp_4D_unit_scaled", *LOGMAG]


class TestOutputLayers:
    @every_output_layer
    def test_six_derivatives_from_one_output_a_label(self, name):
        layer = outputs.REGISTRY[name]
        assert layer.n_outputs == len(layer.labels)
        assert layer.apply(jnp.ones(layer.n_outputs), jnp.ones(6), 1.0).shape == (6,)

    @every_output_layer
    def test_finite_with_finite_gradients(self, name):
        layer = outputs.REGISTRY[name]
        o, y = raw_outputs(layer.n_outputs), states_beside_outputs()
        by_o_and_y = jax.vmap(jax.jacrev(layer.apply, argnums=(0, 1)), in_axes=(0, 0, None))
        assert_finite((applied(layer, o, y), by_o_and_y(o, y, 2.0)))

    @every_output_layer
    def test_a_batch_is_a_loop(self, name):
        layer = outputs.REGISTRY[name]
        o, y = raw_outputs(layer.n_outputs), states_beside_outputs()
        one_by_one = np.stack([layer.apply(*x, 2.0) for x in zip(o, y, strict=True)])
        np.testing.assert_allclose(applied(layer, o, y), one_by_one, rtol=1e-5, atol=1e-6)

    @every_output_layer
    def test_velocity_passes_through_all_but_std_output_6(self, name):
        layer = outputs.REGISTRY[name]
        o, y = raw_outputs(layer.n_outputs), states_beside_outputs()
        passes = np.array_equal(applied(layer, o, y)[:, :3], y[:, 3:])
        assert passes == (name != "std_output_6")

    def test_std_output_6_ignores_the_state(self):
        layer, o = outputs.REGISTRY["std_output_6"], raw_outputs(6)
        np.testing.assert_array_equal(applied(layer, o, states_beside_outputs()), o)

    @pytest.mark.parametrize("name", UNIT)
    def test_unit_layers_use_the_direction_alone(self, name):
        layer, o, y = outputs.REGISTRY[name], raw_outputs(4)[5:], states_beside_outputs()[5:]
        longer = o * np.array([1, 7, 7, 7], np.float32)
        acceleration = np.asarray(applied(layer, o, y)[:, 3:], np.float64)
        np.testing.assert_allclose(applied(layer, longer, y)[:, 3:], acceleration, rtol=1e-5)
        size = np.linalg.norm(acceleration, axis=1, keepdims=True)
        np.testing.assert_allclose(
            np.abs(acceleration / size),
            np.abs(o[:, 1:]) / np.linalg.norm(o[:, 1:], axis=1, keepdims=True),
            rtol=1e-4,
            atol=1e-6,
        )

    @pytest.mark.parametrize("name", UNIT)
    def test_unit_layers_have_no_direction_at_zero(self, name):
        o = jnp.array([3.0, 0.0, 0.0, 0.0])
        np.testing.assert_array_equal(outputs.REGISTRY[name].apply(o, jnp.ones(6), 1.0)[3:], np.zeros(3))

    @pytest.mark.parametrize("name", POSITIVE)
    def test_positive_magnitudes_never_turn_the_direction(self, name):
        layer, y = outputs.REGISTRY[name], states_beside_outputs()
        o = raw_outputs(4)
        o[:, 0] = np.linspace(-60, 60, N)
        o[:, 1:] = np.where(o[:, 1:] == 0, 0.5, o[:, 1:])
        assert np.all(applied(layer, o, y)[:, 3:] * o[:, 1:] > 0)

    @every_output_layer
    def test_scalar_is_a_factor_of_the_layers_that_say_so_alone(self, name):
        layer = outputs.REGISTRY[name]
        o, y = raw_outputs(layer.n_outputs), states_beside_outputs()
        once, thrice = applied(layer, o, y, 1.0), applied(layer, o, y, 3.0)
        expected = np.array(once)
        expected[:, 3:] *= 3.0 if name in SCALED else 1.0
        np.testing.assert_allclose(thrice, expected, rtol=1e-6)
