"""The names that a sweep file may use, each with one line of meaning.

This module is JAX-free, so the app and the validation can read it at once. Each name of a layer, loss and
the like has a file of the same name (in lower case) in the package of its registry, which defines `SPEC`.
"""

from collections.abc import Mapping
from types import MappingProxyType

FEATURE_LAYERS: Mapping[str, str] = MappingProxyType({"sph_4D_rinv_vel": "1/r, unit position, velocity"})

OUTPUT_LAYERS: Mapping[str, str] = MappingProxyType(
    {"mlp_4D_unit_softplus": "softplus(o0) times the unit vector of o[1:4]"}
)

LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "percent_error_plus_nmse": "mean percent error of the state plus 100 times the normalised root mean "
        "square error",
    }
)

OPTIMIZERS: Mapping[str, str] = MappingProxyType({"adabelief": "AdaBelief (optax.adabelief)"})

ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {
        "leaky_relu": "jax.nn.leaky_relu, slope 0.01 below zero",
        "elu": "jax.nn.elu",
        "relu": "jax.nn.relu",
        "tanh": "jax.nn.tanh",
        "softplus": "jax.nn.softplus",
        "silu": "jax.nn.silu",
        "gelu": "jax.nn.gelu",
    }
)

NORMALIZATIONS: Mapping[str, str] = MappingProxyType({"canonical": "lengths in Earth radii, times so that mu = 1"})

AUGMENTATIONS: Mapping[str, str] = MappingProxyType({"none": "the orbits as they are"})

SOLVER_ENGINES: Mapping[str, str] = MappingProxyType(
    {
        "segment": "Tsit5, one step per sample interval where its error estimate allows, more where not",
        "diffrax": "Tsit5 of diffrax with its PID controller: the reference",
    }
)
