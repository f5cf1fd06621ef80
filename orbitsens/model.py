"""The learnt dynamics f(y) = output_layer(MLP(feature_layer(y)), y) and the `.eqx` file that keeps it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from orbitsens.activations import REGISTRY as ACTIVATIONS
from orbitsens.config import Parameters, read_logged
from orbitsens.features import REGISTRY as FEATURES, FeatureLayer
from orbitsens.normalization import CANONICAL, Units
from orbitsens.outputs import REGISTRY as OUTPUTS, OutputLayer
from orbitsens.transforms import Scaling
from orbitsens.types import Derivative, State

# The keys of a config that a model is made of.
MODEL_KEYS = (
    "width",
    "depth",
    "activation",
    "feature_layer",
    "output_layer",
    "scalar",
    "planar_constraint",
    "rtol",
    "atol",
)


class LearntDynamics(eqx.Module):
    """dy/dt of one state [6] in model units."""

    mlp: eqx.nn.MLP
    feature_layer: FeatureLayer = eqx.field(static=True)
    output_layer: OutputLayer = eqx.field(static=True)
    scalar: float = eqx.field(static=True)
    planar: bool = eqx.field(static=True)
    # Numbers, but no trained ones: they stand in a model file's first line.
    scaling: Scaling | None = None

    def __call__(self, y: State) -> Derivative:
        """Return dy/dt."""
        features = self.feature_layer.apply(y)
        if self.scaling is not None:
            features = (features - self.scaling.shift) / self.scaling.scale
        derivative = self.output_layer.apply(self.mlp(features), y, self.scalar)
        return derivative.at[jnp.array([2, 5])].set(0.0) if self.planar else derivative


class NeuralODE(eqx.Module):
    """What a model file holds: the dynamics, then the solver's tolerances."""

    func: LearntDynamics
    rtol: float
    atol: float


def make_model(parameters: Parameters, *, key: PRNGKeyArray) -> NeuralODE:
    """Build the model of `parameters`, freshly initialised (Equinox's default initialisation of an MLP)."""
    return NeuralODE(make_dynamics(parameters, key=key), parameters.rtol, parameters.atol)


def make_dynamics(parameters: Parameters, *, key: PRNGKeyArray) -> LearntDynamics:
    """Build the dynamics of a model alone; the solver's tolerances are not read."""
    feature_layer, output_layer = FEATURES[parameters.feature_layer], OUTPUTS[parameters.output_layer]
    mlp = eqx.nn.MLP(
        in_size=feature_layer.size,
        out_size=output_layer.n_outputs,
        width_size=parameters.width,
        depth=parameters.depth,
        activation=ACTIVATIONS[parameters.activation],
        key=key,
    )
    return LearntDynamics(mlp, feature_layer, output_layer, parameters.scalar, parameters.planar_constraint)


def with_scaling(dynamics: LearntDynamics, scaling: Scaling | None) -> LearntDynamics:
    """The dynamics whose features are scaled so before the MLP."""
    return eqx.tree_at(lambda d: d.scaling, dynamics, scaling, is_leaf=lambda x: x is None)


def n_parameters(model: NeuralODE) -> int:
    """Number of trained numbers."""
    return sum(int(x.size) for x in jax.tree.leaves(eqx.filter(model.func.mlp, eqx.is_array)))


def save_model(path: Path, model: NeuralODE, config: Mapping[str, Any], units: Units = CANONICAL) -> None:
    """Write one line of JSON, then the leaves of `model`: the MLP's arrays, `rtol`, `atol`.

    The line is the run's config and, under `fitted`, what was found on its training orbits: the units that the model
    sees, and the scaling of its features.
    """
    scaling = model.func.scaling
    fitted: dict[str, Any] = units._asdict() | {"feature_shift": None, "feature_scale": None}
    if scaling is not None:
        fitted |= {
            "feature_shift": np.asarray(scaling.shift).tolist(),
            "feature_scale": np.asarray(scaling.scale).tolist(),
        }
    bare = NeuralODE(with_scaling(model.func, None), model.rtol, model.atol)
    with path.open("wb") as file:
        file.write((json.dumps({**config, "fitted": fitted}) + "\n").encode())
        eqx.tree_serialise_leaves(file, bare)


class LoadedModel(NamedTuple):
    """A model file's content: the model, the config of its run as it was written, and the units that it sees."""

    model: NeuralODE
    config: dict[str, Any]
    units: Units


def load_model(path: Path) -> LoadedModel:
    """Read a model file, an older one too: a key that its config lacks has the note's value.

    Raises:
        ValueError: the file is cut off, corrupt, does not fit the config in its first line, or needs what is unknown.
    """
    with path.open("rb") as file:
        try:
            config = json.loads(file.readline())
            like = eqx.filter_eval_shape(make_model, _model_parameters(config), key=jax.random.key(0))
            model = eqx.tree_deserialise_leaves(file, like)
            if file.read(1):
                raise ValueError("it holds more than its config says")
        except (KeyError, TypeError, AttributeError, EOFError, RuntimeError, ValueError) as error:
            raise ValueError(f"{path}: not a readable model file: {str(error).splitlines()[0]}") from error
    fitted = config.get("fitted")
    if fitted is None:
        return LoadedModel(model, config, CANONICAL)
    scaling = None
    if fitted["feature_shift"] is not None:
        scaling = Scaling(*(jnp.float32(fitted[key]) for key in ("feature_shift", "feature_scale")))
    model = NeuralODE(with_scaling(model.func, scaling), model.rtol, model.atol)
    return LoadedModel(model, config, Units(fitted["length_km"], fitted["time_s"]))


def _model_parameters(config: Mapping[str, Any]) -> Parameters:
    """The keys that make a model; whatever else a config says, even if it is unknown today, does not matter."""
    known, extra = read_logged(config)
    for key in MODEL_KEYS:
        refused = {name: value for name, value in extra.items() if name == key or name.startswith(f"{key}.")}
        for name, value in refused.items():
            raise ValueError(f"its {name} is {value!r}, which is unknown here")
    return Parameters.model_validate({key: known[key] for key in MODEL_KEYS if key in known})
