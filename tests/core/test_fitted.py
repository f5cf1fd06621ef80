"""What is found on the training orbits alone: units and scaling of features; and the file that keeps them."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens import normalization, transforms
from orbitsens.config import Parameters
from orbitsens.constants import MU_KM3_S2
from orbitsens.datasets import make_dataset
from orbitsens.features import REGISTRY as FEATURES
from orbitsens.metrics import pointwise
from orbitsens.model import load_model, make_model, save_model, with_scaling
from orbitsens.normalization import CANONICAL
from orbitsens.segments import in_units, split_orbits
from orbitsens.transforms import Scaling

NORMALIZATIONS, TRANSFORMS = list(normalization.REGISTRY), list(transforms.REGISTRY)


def split(dataset=None, **parameters):
    data = make_dataset("complex_TBP_nonplanar_8_train") if dataset is None else dataset
    return split_orbits(data, Parameters(train_val_split=0.5, **parameters))


def features_of(data):
    orbits = in_units(data.training, data.units)
    states = jnp.float32(orbits.y.reshape(-1, 6))
    return np.asarray(jax.vmap(FEATURES["sph_4D_rinv_vel"].apply)(states), dtype=np.float64)


@pytest.mark.parametrize("name", NORMALIZATIONS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_orbits_that_do_not_train_do_not_matter(name, transform):
    data = make_dataset("complex_TBP_nonplanar_8_train")
    plain = split(data, normalization=name, feature_transform=transform)
    trains = np.isin(data.elements.semi_major_axis, plain.training.elements.semi_major_axis)
    assert trains.sum() == 4
    # The validation orbits become nonsense, and nothing that the model is made of changes.
    y = np.where(trains[:, None, None], data.y, 1e3 * data.y)
    other = split(data._replace(y=y), normalization=name, feature_transform=transform)
    assert other.units == plain.units
    for a, b in zip(jax.tree.leaves(other.scaling), jax.tree.leaves(plain.scaling), strict=True):
        np.testing.assert_array_equal(a, b)
    # The training orbits do matter where anything is fitted.
    changed = split(data._replace(y=1.1 * data.y), normalization=name, feature_transform=transform)
    fitted = name == "standardise" or (transform != "identity")
    same = changed.units == plain.units and all(
        np.array_equal(a, b)
        for a, b in zip(jax.tree.leaves(changed.scaling), jax.tree.leaves(plain.scaling), strict=True)
    )
    assert same != fitted


def test_units_by_their_definitions():
    canonical, standard, physical = (split(normalization=name) for name in ("canonical", "standardise", "none"))
    assert canonical.units == CANONICAL and canonical.units.mu == pytest.approx(1.0)
    assert (physical.units.length_km, physical.units.time_s, physical.units.mu) == (1.0, 1.0, MU_KM3_S2)
    y = in_units(standard.training, standard.units).y
    for half in (y[..., :3], y[..., 3:]):
        assert np.sqrt(np.mean(np.sum(half**2, axis=-1))) == pytest.approx(1.0)


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_the_true_law_has_no_error_in_any_units(name):
    data = split(normalization=name)
    orbits, mu = in_units(data.training, data.units), jnp.float32(data.units.mu)

    def law(y):
        return jnp.concatenate([y[3:], -mu * y[:3] / jnp.linalg.norm(y[:3]) ** 3])

    states = jnp.moveaxis(jnp.float32(orbits.y), -1, 0)
    measured, _ = jax.jit(lambda y: pointwise(law, y, jnp.asarray(orbits.mask), mu))(states)
    assert np.max(measured["acceleration_error"].values) < 1e-3
    assert np.max(measured["accel_angle_deg"].values) < 1e-3
    # Neighbouring samples move by v dt: lengths, velocities and times fit together.
    step = np.diff(orbits.y[..., :3], axis=1) / np.diff(orbits.t, axis=1)[..., None]
    middle = 0.5 * (orbits.y[:, 1:, 3:] + orbits.y[:, :-1, 3:])
    assert np.max(np.abs(step - middle)) < 1e-3 * np.max(np.abs(middle))


def test_transforms_by_their_definitions():
    for transform, expected in (("standardise", (0.0, 1.0)), ("min_max", (0.0, 1.0))):
        data = split(feature_transform=transform)
        scaled = (features_of(data) - data.scaling.shift) / data.scaling.scale
        found = (
            (scaled.mean(axis=0), scaled.std(axis=0)) if transform == "standardise" else (scaled.min(0), scaled.max(0))
        )
        np.testing.assert_allclose(found[0], expected[0], atol=1e-5)
        np.testing.assert_allclose(found[1], expected[1], atol=1e-5)
    assert split().scaling is None


@pytest.mark.parametrize("transform", ["standardise", "min_max"])
def test_a_feature_that_does_not_vary_stays_finite(transform):
    data = split(make_dataset("complex_TBP_planar_4_train"), feature_transform=transform)
    assert data.scaling.scale[3] == data.scaling.scale[6] == 1.0  # z/r and v_z of planar orbits
    scaled = (features_of(data) - data.scaling.shift) / data.scaling.scale
    assert np.all(np.isfinite(scaled)) and not np.any(scaled[:, [3, 6]])


def test_the_transform_acts_between_feature_layer_and_network():
    parameters = Parameters(width=4, depth=1, planar_constraint=False)
    plain = make_model(parameters, key=jax.random.key(0)).func
    shift, scale = jnp.arange(7.0), jnp.arange(1.0, 8.0)
    y = jnp.float32([1.0, 0.2, 0.3, 0.1, 1.0, 0.2])
    features = (FEATURES[parameters.feature_layer].apply(y) - shift) / scale
    expected = plain.output_layer.apply(plain.mlp(features), y, plain.scalar)
    np.testing.assert_array_equal(with_scaling(plain, Scaling(shift, scale))(y), expected)


@pytest.mark.parametrize(
    ("name", "transform"), [("standardise", "min_max"), ("none", "standardise"), ("canonical", "identity")]
)
def test_a_model_file_keeps_units_and_scaling_and_only_the_networks_arrays(tmp_path, name, transform):
    data = split(normalization=name, feature_transform=transform)
    parameters = Parameters(width=4, depth=1, normalization=name, feature_transform=transform)
    bare = make_model(parameters, key=jax.random.key(0))
    scaling = None if data.scaling is None else Scaling(*map(jnp.float32, data.scaling))
    model = type(bare)(with_scaling(bare.func, scaling), bare.rtol, bare.atol)
    save_model(tmp_path / "m.eqx", model, {"parameters": parameters.model_dump(mode="json")}, data.units)
    save_model(tmp_path / "bare.eqx", bare, {}, CANONICAL)
    line, _, leaves = (tmp_path / "m.eqx").read_bytes().partition(b"\n")
    assert leaves == (tmp_path / "bare.eqx").read_bytes().partition(b"\n")[2]
    assert json.loads(line)["fitted"]["length_km"] == data.units.length_km
    again = load_model(tmp_path / "m.eqx")
    assert again.units == data.units
    assert json.loads(json.dumps(again.config)) == json.loads(line)
    y = jnp.float32([1.0, 0.2, 0.0, 0.1, 1.0, 0.0])
    np.testing.assert_array_equal(again.model.func(y), model.func(y))


def write(path, config, model):
    save_model(path, model, {})
    leaves = path.read_bytes().partition(b"\n")[2]
    path.write_bytes(json.dumps(config).encode() + b"\n" + leaves)
    return path


def test_a_file_of_another_time_lacks_keys_and_says_more(tmp_path):
    layers = {"feature_layer": "rmag_v_and_direction", "output_layer": "std_output_6", "activation": "elu"}
    model = make_model(Parameters(width=4, depth=2, **layers), key=jax.random.key(0))
    old = {"width": 4, "depth": 2, "activation": "elu", "network": "mlp_v0", "loss_fcn": "mse_v0"}
    for config in (old, {"parameters": old, "wandb": {"group": "g"}}):
        again = load_model(write(tmp_path / "old.eqx", config, model))
        assert again.units == CANONICAL
        # What the team's loader takes for a key that is missing, not the note's values.
        assert again.model.func.zeroed == () and again.model.func.feature_layer.name == "rmag_v_and_direction"
        assert all(
            np.array_equal(a, b) for a, b in zip(jax.tree.leaves(again.model), jax.tree.leaves(model), strict=True)
        )


@pytest.mark.parametrize(
    ("config", "cut", "says"),
    [
        (
            {"width": 4, "depth": 2, "feature_layer": "quaternions"},
            0,
            "its feature_layer is 'quaternions', which is unknown",
        ),
        ({"width": 5, "depth": 2}, 0, "not a readable model file"),
        ({"width": 4, "depth": 1}, 0, "not a readable model file"),
        ({"width": 4, "depth": 2}, 40, "not a readable model file"),
        ([1], 0, "not a readable model file"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, config, cut, says):
    model = make_model(Parameters(width=4, depth=2), key=jax.random.key(0))
    path = write(tmp_path / "m.eqx", config, model)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - cut])
    with pytest.raises(ValueError, match=says):
        load_model(path)
