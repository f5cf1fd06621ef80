"""Every name of every registry: its entry, its meaning, its way through JSON and a model file; and activations."""

import json
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens import activations, augment, features, losses, normalization, outputs, transforms
from orbitsens.config import Parameters, choices, read_logged
from orbitsens.model import load_model, make_model, save_model
from runner.keys_page import NAMES
from tests.contracts.finite import assert_finite
from tests.core.states import PERIAPSIS_AT_E_099

REGISTRIES = {
    "features": (features.REGISTRY, choices.FEATURE_LAYERS),
    "outputs": (outputs.REGISTRY, choices.OUTPUT_LAYERS),
    "losses": (losses.REGISTRY, choices.LOSSES),
    "activations": (activations.REGISTRY, choices.ACTIVATIONS),
    "augmentations": (augment.REGISTRY, choices.AUGMENTATIONS),
    "normalizations": (normalization.REGISTRY, choices.NORMALIZATIONS),
    "transforms": (transforms.REGISTRY, choices.FEATURE_TRANSFORMS),
}
NOT_ENTRIES = {"__init__", "spec", "components"}
every_activation = pytest.mark.parametrize("name", activations.REGISTRY)


@pytest.mark.parametrize("kind", REGISTRIES)
def test_names_have_a_meaning_and_an_entry(kind):
    registry, known = REGISTRIES[kind]
    assert list(registry) == list(known)
    assert all(meaning.strip() == meaning and "\n" not in meaning and len(meaning) > 5 for meaning in known.values())
    assert len(set(known.values())) == len(known)


@pytest.mark.parametrize("package", [features, outputs, losses, augment, normalization, transforms])
def test_every_file_of_a_registry_is_an_entry_with_a_formula(package):
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - NOT_ENTRIES
    assert files == {name.lower() for name in package.REGISTRY}
    for name, spec in package.REGISTRY.items():
        assert spec.name == name
        assert spec.formula


@pytest.mark.parametrize("package", [features, outputs])
def test_labels_are_short_and_distinct(package):
    for layer in package.REGISTRY.values():
        assert len(set(layer.labels)) == len(layer.labels)
        assert all(0 < len(label) <= 20 for label in layer.labels)


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in NAMES.items() for name in names])
def test_every_name_comes_back_from_json(key, name):
    parameters = Parameters(**{key: name})
    text = json.dumps({"parameters": parameters.model_dump(mode="json")})
    known, extra = read_logged(json.loads(text))
    assert extra == {}
    assert known[key] == name
    assert Parameters(**known) == parameters


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

    def test_no_two_names_are_one_function(self):
        x = jnp.linspace(-7.0, 7.0, 141)
        values = {name: np.asarray(activation(x)) for name, activation in activations.REGISTRY.items()}
        alike = {(a, b) for a in values for b in values if a < b and np.allclose(values[a], values[b], atol=1e-4)}
        assert alike == set()

    @pytest.mark.parametrize(("synonym", "name"), choices.ACTIVATION_SYNONYMS.items())
    def test_a_synonym_is_the_same_function_and_the_same_run(self, synonym, name):
        x = jnp.linspace(-7.0, 7.0, 141)
        np.testing.assert_array_equal(getattr(jax.nn, synonym)(x), activations.REGISTRY[name](x))
        assert Parameters(activation=synonym) == Parameters(activation=name)
        assert read_logged({"parameters": {"activation": synonym}}).known == {"activation": name}


@pytest.mark.parametrize(("synonym", "name"), choices.OUTPUT_SYNONYMS.items())
def test_another_name_of_an_output_layer_is_the_same_run(synonym, name):
    assert Parameters(output_layer=synonym) == Parameters(output_layer=name)
    assert read_logged({"parameters": {"output_layer": synonym}}).known == {"output_layer": name}


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
