"""The learnt dynamics f(y) = output_layer(MLP(feature_layer(y)), y) and the `.eqx` file that keeps it."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PRNGKeyArray

from orbitsens.activations import REGISTRY as ACTIVATIONS
from orbitsens.config import Parameters
from orbitsens.config.model_settings import OUR_PLANE, ModelSettings, model_settings
from orbitsens.features import REGISTRY as FEATURES, FeatureLayer
from orbitsens.model_file import ModelContent, check_arrays, read_model_file, with_checksum
from orbitsens.normalization import CANONICAL, Units
from orbitsens.outputs import REGISTRY as OUTPUTS, OutputLayer
from orbitsens.team_outputs import TEAM_OUTPUTS
from orbitsens.transforms import Scaling
from orbitsens.types import Derivative, State


class LearntDynamics(eqx.Module):
    """dy/dt of one state [6] in model units."""

    mlp: eqx.nn.MLP
    feature_layer: FeatureLayer = eqx.field(static=True)
    output_layer: OutputLayer = eqx.field(static=True)
    scalar: float = eqx.field(static=True)
    zeroed: tuple[int, ...] = eqx.field(static=True)
    # Numbers, but no trained ones: they stand in a model file's first line.
    scaling: Scaling | None = None

    def __call__(self, y: State) -> Derivative:
        """Return dy/dt."""
        features = self.feature_layer.apply(y)
        if self.scaling is not None:
            features = (features - self.scaling.shift) / self.scaling.scale
        derivative = self.output_layer.apply(self.mlp(features), y, self.scalar)
        return derivative.at[jnp.array(self.zeroed)].set(0.0) if self.zeroed else derivative


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
    zeroed = OUR_PLANE if parameters.planar_constraint else ()
    return LearntDynamics(mlp, feature_layer, output_layer, parameters.scalar, zeroed)


def with_scaling(dynamics: LearntDynamics, scaling: Scaling | None) -> LearntDynamics:
    """The dynamics whose features are scaled so before the MLP."""
    return eqx.tree_at(lambda d: d.scaling, dynamics, scaling, is_leaf=lambda x: x is None)


def n_parameters(model: NeuralODE) -> int:
    """Number of trained numbers."""
    return sum(int(x.size) for x in jax.tree.leaves(eqx.filter(model.func.mlp, eqx.is_array)))


def save_model(path: Path, model: NeuralODE, config: Mapping[str, Any], units: Units = CANONICAL) -> None:
    """Write one line of JSON, then the leaves of `model`: the MLP's arrays, `rtol`, `atol`.

    The line is the run's config; under `fitted`, what was found on its training orbits: the units that the model sees,
    and the scaling of its features; and under `sha256` the checksum of all else in the file.
    """
    scaling = model.func.scaling
    fitted: dict[str, Any] = units._asdict() | {"feature_shift": None, "feature_scale": None}
    if scaling is not None:
        fitted |= {
            "feature_shift": np.asarray(scaling.shift).tolist(),
            "feature_scale": np.asarray(scaling.scale).tolist(),
        }
    bare = NeuralODE(with_scaling(model.func, None), model.rtol, model.atol)
    leaves = io.BytesIO()
    eqx.tree_serialise_leaves(leaves, bare)
    path.write_bytes(with_checksum({**config, "fitted": fitted}, leaves.getvalue()))


class LoadedModel(NamedTuple):
    """A model file's content: the model, the config of its run as it was written, and the units that it sees."""

    model: NeuralODE
    config: dict[str, Any]
    units: Units


def load_model(path: Path, when: datetime | date | None = None, given: Mapping[str, Any] | None = None) -> LoadedModel:
    """Read a model file, the team's too: what its first line does not say is what the team's loader takes for it.

    Args:
        path: the file.
        when: when the run was trained; some of the team's names changed their meaning.
        given: values for keys that a file of the team does not say.

    Raises:
        ValueError: the file is cut off, damaged, does not fit the config in its first line, or needs what is unknown.
    """
    try:
        content = read_model_file(path)
        settings = model_settings(content.config, when, given)
        model = _rebuilt(content, settings)
        units, scaling = _fitted(content.config.get("fitted"), model.func.feature_layer.size)
    except ValueError as error:
        raise ValueError(f"{path}: not a readable model file: {str(error).splitlines()[0]}") from error
    return LoadedModel(NeuralODE(with_scaling(model.func, scaling), model.rtol, model.atol), content.config, units)


def _rebuilt(content: ModelContent, settings: ModelSettings) -> NeuralODE:
    """Build the model of `settings` around a file's arrays."""
    layers = TEAM_OUTPUTS if settings.by_team else OUTPUTS
    feature_layer, output_layer = FEATURES[settings.feature_layer], layers[settings.output_layer]
    width, depth = check_arrays(content.arrays, settings, (feature_layer.size, output_layer.n_outputs))
    if settings.problem:
        raise ValueError(settings.problem)
    final = {"final_activation": ACTIVATIONS[settings.final_activation]} if settings.final_activation else {}
    structure = eqx.filter_eval_shape(
        eqx.nn.MLP,
        in_size=feature_layer.size,
        out_size=output_layer.n_outputs,
        width_size=width,
        depth=depth,
        activation=ACTIVATIONS[settings.activation],
        key=jax.random.key(0),
        **final,
    )
    *weights, rtol, atol = content.arrays
    arrays, rest = eqx.partition(structure, lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct))
    filled = jax.tree.unflatten(jax.tree.structure(arrays), [jnp.asarray(array, jnp.float32) for array in weights])
    dynamics = LearntDynamics(eqx.combine(filled, rest), feature_layer, output_layer, settings.scalar, settings.zeroed)
    return NeuralODE(dynamics, float(rtol), float(atol))


def _fitted(fitted: object, n_features: int) -> tuple[Units, Scaling | None]:
    """Read what was fitted on the training orbits; a file without it has canonical units and no scaling."""
    if not isinstance(fitted, Mapping):
        return CANONICAL, None
    try:
        units = Units(float(fitted["length_km"]), float(fitted["time_s"]))
        shift, scale = (fitted[f"feature_{name}"] for name in ("shift", "scale"))
        scaling = (
            None
            if shift is None and scale is None
            else Scaling(np.asarray(shift, np.float32), np.asarray(scale, np.float32))
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("what its first line says under fitted is incomplete or damaged") from error
    lengths = () if scaling is None else (np.shape(scaling.shift), np.shape(scaling.scale))
    if not all(np.isfinite(units)) or min(units) <= 0 or any(length != (n_features,) for length in lengths):
        raise ValueError("what its first line says under fitted does not fit the model")
    return units, None if scaling is None else Scaling(*map(jnp.asarray, scaling))
