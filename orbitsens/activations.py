"""Activations by their `jax.nn` names."""

from collections.abc import Callable

import jax
from jaxtyping import Array

from orbitsens.config.choices import ACTIVATIONS

REGISTRY: dict[str, Callable[[Array], Array]] = {name: getattr(jax.nn, name) for name in ACTIVATIONS}
