"""The learnt dynamics f(y) = output_layer(MLP(feature_layer(y)), y) and the `.eqx` file that keeps it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from orbitsens.activations import REGISTRY as ACTIVATIONS
from orbitsens.config import Parameters
from orbitsens.features import REGISTRY as FEATURES, FeatureLayer
from orbitsens.outputs import REGISTRY as OUTPUTS, OutputLayer
from orbitsens.types import Derivative, State


class LearntDynamics(eqx.Module):
    """dy/dt of one state [6] in model units."""

    mlp: eqx.nn.MLP
    feature_layer: FeatureLayer = eqx.field(static=True)
    output_layer: OutputLayer = eqx.field(static=True)
    scalar: float = eqx.field(static=True)
    planar: bool = eqx.field(static=True)

    def __call__(self, y: State) -> Derivative:
        """Return dy/dt."""
        derivative = self.output_layer.apply(self.mlp(self.feature_layer.apply(y)), y, self.scalar)
        return derivative.at[jnp.array([2, 5])].set(0.0) if self.planar else derivative


class NeuralODE(eqx.Module):
    """What a model file holds: the dynamics, then the solver's tolerances."""

    func: LearntDynamics
    rtol: float
    atol: float


def make_model(parameters: Parameters, *, key: PRNGKeyArray) -> NeuralODE:
    """Build the model of `parameters`, freshly initialised (Equinox's default initialisation of an MLP)."""
    feature_layer, output_layer = FEATURES[parameters.feature_layer], OUTPUTS[parameters.output_layer]
    mlp = eqx.nn.MLP(
        in_size=feature_layer.size,
        out_size=output_layer.n_outputs,
        width_size=parameters.width,
        depth=parameters.depth,
        activation=ACTIVATIONS[parameters.activation],
        key=key,
    )
    dynamics = LearntDynamics(mlp, feature_layer, output_layer, parameters.scalar, parameters.planar_constraint)
    return NeuralODE(dynamics, parameters.rtol, parameters.atol)


def n_parameters(model: NeuralODE) -> int:
    """Number of trained numbers."""
    return sum(int(x.size) for x in jax.tree.leaves(eqx.filter(model, eqx.is_array)))


def save_model(path: Path, model: NeuralODE, config: Mapping[str, Any]) -> None:
    """Write one line of JSON, the run's config, then the leaves of `model`."""
    with path.open("wb") as file:
        file.write((json.dumps(config) + "\n").encode())
        eqx.tree_serialise_leaves(file, model)


def load_model(path: Path) -> tuple[NeuralODE, dict[str, Any]]:
    """Read a model file: the model, and the config of its run.

    Raises:
        ValueError: the file is cut off, corrupt, or does not fit the config in its first line.
    """
    with path.open("rb") as file:
        try:
            config = json.loads(file.readline())
            parameters = Parameters.model_validate(config["parameters"])
            like = eqx.filter_eval_shape(make_model, parameters, key=jax.random.key(0))
            return eqx.tree_deserialise_leaves(file, like), config
        except (KeyError, TypeError, EOFError, RuntimeError, ValueError) as error:
            raise ValueError(f"{path}: not a readable model file: {str(error).splitlines()[0]}") from error
