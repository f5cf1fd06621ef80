"""The names that a sweep file may use, each with one line of meaning.

This module is JAX-free, so the app and the validation can read it at once. Each name of a layer, loss and
the like has a file of the same name (in lower case) in the package of its registry, which defines `SPEC`.
"""

from collections.abc import Mapping
from types import MappingProxyType

FEATURE_LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "sph_4D_rinv_vel": "1/r, unit position, velocity",
        "sph_4D_rinv_vinv": "1/r, unit position, velocity divided by r",
        "sph_4D_rinv_vel_logra": "those of sph_4D_rinv_vel, log r, log of the semi-major axis's size",
        "sph_4D_rinv_vel_loga_energy": "those of sph_4D_rinv_vel, log of the semi-major axis's size, specific energy",
        "sph_4D_rinv_vel_logr_logv": "those of sph_4D_rinv_vel, log r, log speed",
        "rhat_vhat_speed": "1/r, unit position, speed, unit velocity, radial and transverse share of the velocity",
        "rmag_v_and_direction": "r, unit position, velocity",
        "cartesian": "position, velocity",
    }
)

OUTPUT_LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "mlp_4D_unit_softplus": "acceleration softplus(o0) times the unit vector of o[1:4]",
        "mlp_4D_signed": "acceleration o0 times o[1:4]",
        "mlp_4D": "acceleration |o0| times o[1:4]",
        "mlp_4D_unit": "acceleration |o0| times the unit vector of o[1:4]",
        "mlp_4D_logmag_unit_exp": "acceleration exp(o0), o0 clipped to -15 .. 15, times the unit vector of o[1:4]",
        "mlp_4D_activation": "acceleration softplus(o0) times tanh(o[1:4])",
        "mlp_4D_activation_sigmoid": "acceleration sigmoid(o0) times tanh(o[1:4])",
        "mlp_4D_accsoftplus": "acceleration softplus(o0) times o[1:4]",
        "mlp_4D_logmag_exp": "scalar times exp(o0), o0 clipped to -15 .. 15, times o[1:4]",
        "mlp_4D_logmag_unit_softplus": "scalar times softplus(o0) + 1e-8, times the unit vector of o[1:4]",
        "mlp_4D_logmag_unit_tanh_exp": "scalar times exp(o0), o0 clipped to -15 .. 15, times the unit vector of "
        "tanh(o[1:4])",
        "mlp_4D_logmag_unit_tanh_softplus": "scalar times softplus(o0) + 1e-8, times the unit vector of tanh(o[1:4])",
        "mlp_4D_scaled": "mlp_4D times the key scalar",
        "mlp_4D_unit_scaled": "mlp_4D_unit times the key scalar",
        "mlp_simple": "acceleration o",
        "std_output_6": "all six derivatives are o: the velocity does not pass through",
    }
)

# Other names of the same layers, as for ACTIVATION_SYNONYMS.
OUTPUT_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {"mlp_4D_softplus": "mlp_4D_accsoftplus", "mlp_simple_hybrid": "mlp_simple"}
)

LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "percent_error_plus_nmse": "mean percent error of the state plus 100 times the normalised root mean "
        "square error",
        "percent_error": "mean percent error of the state",
        "percent_error_with_energy": "percent_error plus 0.2 times the normalised mean square error of the energy",
        "percent_error_with_attraction": "percent_error plus 100 times the mean outward share of the acceleration",
        "percent_error_with_reg": "percent_error plus l1_reg and l2_reg penalties on the weights",
        "mean_squared_error": "mean square error of the state, model units",
        "relative_squared_error": "mean of the squared error of the state over its squared size",
        "mse_with_reg": "mean_squared_error plus l1_reg and l2_reg penalties on the weights",
    }
)

OPTIMIZERS: Mapping[str, str] = MappingProxyType(
    {
        "adabelief": "AdaBelief",
        "adam": "Adam",
        "adamw": "Adam with decoupled weight decay",
        "adamax": "Adam in the maximum norm",
        "amsgrad": "Adam that remembers the largest second moment",
        "nadam": "Adam with Nesterov momentum",
        "nadamw": "nadam with decoupled weight decay",
        "radam": "Adam with a rectified start",
        "yogi": "Adam with additive second moments",
        "adan": "adaptive Nesterov momentum",
        "lion": "sign of a momentum; wants a learning rate some ten times smaller than Adam's",
        "lamb": "Adam with a trust ratio per layer",
        "novograd": "normalised gradients with second moments per layer",
        "rmsprop": "gradients by their root mean square",
        "adagrad": "gradients by the root of their sum of squares",
        "sgd": "gradient descent with the key momentum",
    }
)

LR_SCHEDULES: Mapping[str, str] = MappingProxyType(
    {
        "constant": "the stage's learning rate throughout",
        "cosine": "half a cosine from the stage's learning rate to lr_final_ratio of it",
        "exponential": "the same factor from step to step, down to lr_final_ratio of the stage's learning rate",
    }
)

PARAMETER_AVERAGES: Mapping[str, str] = MappingProxyType(
    {
        "none": "the weights of the last step",
        "ema": "exponential moving average over the steps of the stage, average_decay",
        "tail_mean": "mean over the last average_share of the stage's steps",
    }
)

ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {
        "leaky_relu": "jax.nn.leaky_relu, slope 0.01 below zero",
        "elu": "jax.nn.elu",
        "relu": "jax.nn.relu",
        "tanh": "jax.nn.tanh",
        "softplus": "jax.nn.softplus",
        "silu": "jax.nn.silu, x sigmoid(x)",
        "gelu": "jax.nn.gelu, its tanh approximation",
        "selu": "jax.nn.selu",
        "mish": "jax.nn.mish, x tanh(softplus(x))",
        "sigmoid": "jax.nn.sigmoid",
        "log_sigmoid": "jax.nn.log_sigmoid",
        "soft_sign": "jax.nn.soft_sign, x / (1 + |x|)",
        "squareplus": "jax.nn.squareplus, (x + sqrt(x^2 + 4)) / 2",
        "relu6": "jax.nn.relu6, relu that ends at 6",
        "hard_tanh": "jax.nn.hard_tanh, x clipped to -1 .. 1",
        "hard_sigmoid": "jax.nn.hard_sigmoid, relu6(x + 3) / 6",
        "hard_silu": "jax.nn.hard_silu, x hard_sigmoid(x)",
        "sparse_plus": "jax.nn.sparse_plus",
        "sparse_sigmoid": "jax.nn.sparse_sigmoid, (x + 1) / 2 clipped to 0 .. 1",
        "identity": "jax.nn.identity: the MLP is linear, a baseline",
    }
)

# Other names of the same functions: a run is kept under the name that they stand for, so that two runs which compute
# the same are known to be the same.
ACTIVATION_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "swish": "silu",
        "hard_swish": "hard_silu",
        "celu": "elu",  # they differ by alpha alone, which is 1 in both
    }
)

NORMALIZATIONS: Mapping[str, str] = MappingProxyType(
    {
        "canonical": "lengths in Earth radii, times so that mu = 1",
        "standardise": "lengths and velocities by their root mean square over the training orbits",
        "none": "physical units: km, km/s and s",
    }
)

FEATURE_TRANSFORMS: Mapping[str, str] = MappingProxyType(
    {
        "identity": "the features as they are",
        "standardise": "less their mean, by their standard deviation over the training orbits",
        "min_max": "from 0 at their least to 1 at their greatest value on the training orbits",
    }
)

AUGMENTATIONS: Mapping[str, str] = MappingProxyType(
    {
        "none": "the orbits as they are",
        "rotation": "each segment turned by a random angle about z, by any rotation where planar_constraint is false",
        "reflection": "each segment mirrored in the planes x = 0, y = 0 and z = 0, each with probability 1/2",
        "time_reversal": "with probability 1/2 a segment's samples in reverse order, velocities negated",
        "state_noise": "normal noise on every sample, noise_scale times its distance and speed",
    }
)

SOLVER_ENGINES: Mapping[str, str] = MappingProxyType(
    {
        "segment": "Tsit5, one step per sample interval where its error estimate allows, more where not",
        "diffrax": "Tsit5 of diffrax with its PID controller: the reference",
    }
)
