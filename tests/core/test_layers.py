"""Every feature and output layer against its definition, written again in NumPy, and against orbital mechanics."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.activations import REGISTRY as ACTIVATIONS
from orbitsens.config import Parameters
from orbitsens.features import REGISTRY as FEATURES
from orbitsens.model import make_model
from orbitsens.outputs import REGISTRY as OUTPUTS
from orbitsens.two_body import log_semi_major_axis, specific_energy
from tests.core.states import EDGES, GEO, state_of

PROPER = ["periapsis of e = 0.99", "apoapsis of e = 0.99", "circular", "hyperbolic"]


def norm(x):
    return np.sqrt(np.dot(x, x))


def rinv_vel(r, v):
    return [1 / norm(r), *(r / norm(r)), *v]


def log_a(r, v):
    return np.log(abs(1 / (2 / norm(r) - np.dot(v, v))))


def rhat_vhat_speed(r, v):
    r_hat, v_hat = r / norm(r), v / norm(v)
    radial = np.dot(r_hat, v_hat)
    return [1 / norm(r), *r_hat, norm(v), *v_hat, radial, norm(v_hat - radial * r_hat)]


FEATURE_FORMULAS = {
    "sph_4D_rinv_vel": rinv_vel,
    "sph_4D_rinv_vinv": lambda r, v: [1 / norm(r), *(r / norm(r)), *(v / norm(r))],
    "sph_4D_rinv_vel_logra": lambda r, v: [*rinv_vel(r, v), np.log(norm(r)), log_a(r, v)],
    "sph_4D_rinv_vel_loga_energy": lambda r, v: [*rinv_vel(r, v), log_a(r, v), np.dot(v, v) / 2 - 1 / norm(r)],
    "sph_4D_rinv_vel_logr_logv": lambda r, v: [*rinv_vel(r, v), np.log(norm(r)), np.log(norm(v))],
    "rhat_vhat_speed": rhat_vhat_speed,
    "rmag_v_and_direction": lambda r, v: [norm(r), *(r / norm(r)), *v],
    "cartesian": lambda r, v: [*r, *v],
}
SIZES = [7, 7, 9, 9, 9, 10, 7, 6]

SCALAR = 2.5
OUTPUT_FORMULAS = {
    "mlp_4D_signed": lambda o: o[0] * o[1:],
    "mlp_4D": lambda o: abs(o[0]) * o[1:],
    "mlp_4D_unit": lambda o: abs(o[0]) * o[1:] / norm(o[1:]),
    "mlp_4D_unit_softplus": lambda o: np.log1p(np.exp(o[0])) * o[1:] / norm(o[1:]),
    "mlp_4D_logmag_unit_exp": lambda o: np.exp(o[0]) * o[1:] / norm(o[1:]),
    "mlp_4D_activation": lambda o: np.log1p(np.exp(o[0])) * np.tanh(o[1:]),
    "mlp_4D_activation_sigmoid": lambda o: np.tanh(o[1:]) / (1 + np.exp(-o[0])),
    "mlp_4D_accsoftplus": lambda o: np.log1p(np.exp(o[0])) * o[1:],
    "mlp_4D_logmag_exp": lambda o: SCALAR * np.exp(o[0]) * o[1:],
    "mlp_4D_logmag_unit_softplus": lambda o: SCALAR * (np.log1p(np.exp(o[0])) + 1e-8) * o[1:] / norm(o[1:]),
    "mlp_4D_logmag_unit_tanh_exp": lambda o: SCALAR * np.exp(o[0]) * np.tanh(o[1:]) / norm(np.tanh(o[1:])),
    "mlp_4D_logmag_unit_tanh_softplus": lambda o: (
        SCALAR * (np.log1p(np.exp(o[0])) + 1e-8) * np.tanh(o[1:]) / norm(np.tanh(o[1:]))
    ),
    "mlp_4D_scaled": lambda o: SCALAR * abs(o[0]) * o[1:],
    "mlp_4D_unit_scaled": lambda o: SCALAR * abs(o[0]) * o[1:] / norm(o[1:]),
    "mlp_simple": lambda o: o,
    "std_output_6": lambda o: o[3:],
}
N_OUTPUTS = {"mlp_simple": 3, "std_output_6": 6}

# As their papers, and the lines of meaning in orbitsens.config.choices, define them.
ACTIVATION_FORMULAS = {
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: 1.0507009873 * np.where(x > 0, x, 1.6732632424 * (np.exp(x) - 1)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "soft_sign": lambda x: x / (1 + abs(x)),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "relu6": lambda x: np.clip(x, 0, 6),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "hard_sigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "hard_silu": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "gelu": lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
}


@pytest.fixture
def double():
    with jax.enable_x64(True):
        yield


def test_every_layer_is_compared():
    assert FEATURE_FORMULAS.keys() == FEATURES.keys()
    assert OUTPUT_FORMULAS.keys() == OUTPUTS.keys()
    assert [FEATURES[name].size for name in FEATURE_FORMULAS] == SIZES


@pytest.mark.parametrize("name", FEATURE_FORMULAS)
@pytest.mark.parametrize("place", PROPER)
def test_features_are_their_formula(double, name, place):
    y = EDGES[place]
    expected = FEATURE_FORMULAS[name](y[:3], y[3:])
    np.testing.assert_allclose(FEATURES[name].apply(jnp.float64(y)), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", OUTPUT_FORMULAS)
@pytest.mark.parametrize("seed", range(4))
def test_accelerations_are_their_formula(double, name, seed):
    o = np.random.default_rng(seed).normal(scale=2, size=N_OUTPUTS.get(name, 4))
    derivative = OUTPUTS[name].apply(jnp.float64(o), jnp.float64(EDGES["hyperbolic"]), SCALAR)
    np.testing.assert_allclose(derivative[3:], OUTPUT_FORMULAS[name](o), rtol=1e-12)


@pytest.mark.parametrize("name", ACTIVATION_FORMULAS)
def test_activations_are_their_formula(double, name):
    x = np.linspace(-8, 8, 65)
    np.testing.assert_allclose(ACTIVATIONS[name](jnp.float64(x)), ACTIVATION_FORMULAS[name](x), rtol=1e-9, atol=1e-9)


def test_the_exponential_is_clipped():
    layer, y = OUTPUTS["mlp_4D_logmag_unit_exp"], jnp.ones(6)
    low, high = (layer.apply(jnp.array([o0, 1.0, 0.0, 0.0]), y, 1.0)[3] for o0 in (-99.0, 99.0))
    np.testing.assert_allclose([low, high], np.exp([-15.0, 15.0]), rtol=1e-5)


@pytest.mark.parametrize("e", [0.0, 0.5, 0.99])
def test_energy_and_semi_major_axis_are_constants_of_the_orbit(double, e):
    y = state_of(GEO, e, i=0.4, raan=1.0, w=2.0, nu=np.linspace(0, 6.28, 50))
    for mu, states in ((1.0, y), (4.0, y * [1.0, 1.0, 1.0, 2.0, 2.0, 2.0])):
        energy, log_size = (
            jax.vmap(f, in_axes=(0, None))(jnp.asarray(states), mu) for f in (specific_energy, log_semi_major_axis)
        )
        np.testing.assert_allclose(energy, -mu / (2 * GEO), rtol=1e-10)
        np.testing.assert_allclose(log_size, np.log(GEO), rtol=1e-10)


def test_near_parabolas_count_as_the_largest_orbit():
    speeds = np.sqrt(2.0) * (1 + np.array([-1e-6, 0.0, 1e-6]))
    states = jnp.array([[1.0, 0.0, 0.0, 0.0, v, 0.0] for v in speeds])
    np.testing.assert_allclose(jax.vmap(log_semi_major_axis, in_axes=(0, None))(states, 1.0), np.log(1e4), rtol=1e-6)


def test_shares_of_the_velocity():
    layer = FEATURES["rhat_vhat_speed"]
    shares = {place: layer.apply(jnp.float32(EDGES[place]))[-2:] for place in ("circular", "radial")}
    np.testing.assert_allclose(shares["circular"], [0.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(shares["radial"], [-1.0, 0.0], atol=1e-3)


def test_the_model_uses_the_configs_scalar():
    y = jnp.float32(EDGES["circular"])
    once, thrice = (
        make_model(Parameters(width=3, depth=1, output_layer="mlp_4D_scaled", scalar=s), key=jax.random.key(0)).func(y)
        for s in (1.0, 3.0)
    )
    np.testing.assert_allclose(thrice[3:], 3 * once[3:], rtol=1e-6)
    np.testing.assert_array_equal(thrice[:3], once[:3])
