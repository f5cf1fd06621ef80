"""What every feature layer, output layer, loss and activation promises, whoever added it."""

from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from orbitsens import activations, features, losses, outputs
from orbitsens.config import Parameters, choices
from orbitsens.losses import LossInputs
from orbitsens.model import load_model, make_model, save_model
from tests.core.states import EDGE_STATES, EDGES, PERIAPSIS_AT_E_099, feasible_states

REGISTRIES = {
    "features": (features.REGISTRY, choices.FEATURE_LAYERS),
    "outputs": (outputs.REGISTRY, choices.OUTPUT_LAYERS),
    "losses": (losses.REGISTRY, choices.LOSSES),
    "activations": (activations.REGISTRY, choices.ACTIVATIONS),
}
NOT_ENTRIES = {"__init__", "spec", "components"}
every_feature_layer = pytest.mark.parametrize("name", features.REGISTRY)
every_output_layer = pytest.mark.parametrize("name", outputs.REGISTRY)
every_loss = pytest.mark.parametrize("name", losses.REGISTRY)
every_activation = pytest.mark.parametrize("name", activations.REGISTRY)
N = 32
COMPILED = {}


def compiled(layer):
    """Value and Jacobian of a layer over a batch, compiled once."""
    if layer.name not in COMPILED:
        COMPILED[layer.name] = jax.jit(lambda *x: (jax.vmap(layer.apply)(*x), jax.vmap(jax.jacrev(layer.apply))(*x)))
    return COMPILED[layer.name]


def assert_finite(tree, where=""):
    for x in jax.tree.leaves(tree):
        assert np.all(np.isfinite(x)), f"{where}: {x}"


@pytest.mark.parametrize("kind", REGISTRIES)
def test_names_have_a_meaning_and_an_entry(kind):
    registry, known = REGISTRIES[kind]
    assert list(registry) == list(known)
    assert all(meaning.strip() == meaning and "\n" not in meaning and len(meaning) > 5 for meaning in known.values())
    assert len(set(known.values())) == len(known)


@pytest.mark.parametrize("package", [features, outputs, losses])
def test_every_file_of_a_registry_is_an_entry_with_a_formula(package):
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - NOT_ENTRIES
    assert files == {name.lower() for name in package.REGISTRY}
    for name, spec in package.REGISTRY.items():
        assert spec.name == name
        assert len(spec.formula) > 5


@pytest.mark.parametrize("package", [features, outputs])
def test_labels_are_short_and_distinct(package):
    for layer in package.REGISTRY.values():
        assert len(set(layer.labels)) == len(layer.labels)
        assert all(0 < len(label) <= 20 for label in layer.labels)


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


UNIT = ["mlp_4D_unit", "mlp_4D_unit_softplus", "mlp_4D_logmag_unit_exp", "mlp_4D_unit_scaled"]
POSITIVE = ["mlp_4D_unit_softplus", "mlp_4D_logmag_unit_exp", "mlp_4D_activation"]
SCALED = ["mlp_4D_scaled", "mlp_4D_unit_scaled"]


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
    def test_scalar_is_a_factor_of_the_scaled_layers_alone(self, name):
        layer = outputs.REGISTRY[name]
        o, y = raw_outputs(layer.n_outputs), states_beside_outputs()
        once, thrice = applied(layer, o, y, 1.0), applied(layer, o, y, 3.0)
        expected = np.array(once)
        expected[:, 3:] *= 3.0 if name in SCALED else 1.0
        np.testing.assert_allclose(thrice, expected, rtol=1e-6)


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


class TestActivations:
    @every_activation
    def test_is_the_function_of_that_name_and_elementwise(self, name):
        activation = activations.REGISTRY[name]
        assert activation is getattr(jax.nn, name)
        x = jnp.linspace(-5, 5, 12)
        np.testing.assert_allclose(
            activation(x.reshape(3, 4)).ravel(), [activation(v) for v in x], rtol=1e-5, atol=1e-6
        )

    @every_activation
    def test_finite_with_finite_gradients(self, name):
        x = jnp.concatenate([jnp.linspace(-100, 100, 201), jnp.array([1e4, -1e4])])
        activation = activations.REGISTRY[name]
        assert_finite((activation(x), jax.vmap(jax.grad(activation))(x)))

    @every_activation
    def test_bends_unless_it_is_the_identity(self, name):
        x = jnp.array([-0.9, 0.0, 0.9])
        low, middle, high = (float(v) for v in activations.REGISTRY[name](x))
        wide = float(activations.REGISTRY[name](jnp.float32(9.0)))
        straight = np.isclose(low + high, 2 * middle) and np.isclose(wide - middle, 10 * (high - middle))
        assert straight == (name == "identity")


ALTERNATIVES = [
    *({"feature_layer": name} for name in features.REGISTRY),
    *({"output_layer": name} for name in outputs.REGISTRY),
    *({"activation": name} for name in activations.REGISTRY),
    {"output_layer": "mlp_4D_scaled", "scalar": 2.5},
]


@pytest.mark.parametrize("change", ALTERNATIVES, ids=lambda change: " ".join(map(str, change.values())))
def test_a_model_of_every_choice_is_kept_in_its_file(change, tmp_path):
    parameters = Parameters(width=3, depth=1, **change)
    model = make_model(parameters, key=jax.random.key(2))
    arrays = jax.tree.leaves(eqx.filter(model.func, eqx.is_array))
    assert [x.shape for x in arrays] == [x.shape for x in jax.tree.leaves(eqx.filter(model.func.mlp, eqx.is_array))]
    save_model(tmp_path / "m.eqx", model, {"parameters": parameters.model_dump(mode="json")})
    again, config = load_model(tmp_path / "m.eqx")[:2]
    assert Parameters.model_validate(config["parameters"]) == parameters
    y = jnp.float32(PERIAPSIS_AT_E_099)
    np.testing.assert_array_equal(again.func(y), model.func(y))
    assert_finite(model.func(y))
    np.testing.assert_array_equal(model.func(y)[jnp.array([2, 5])], 0.0)
