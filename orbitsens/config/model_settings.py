"""What a model file's first line says of its model: in orbitsens' own files, and in the team's with their dates."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from orbitsens.config import choices
from orbitsens.config.logged import read_logged
from orbitsens.config.parameters import Parameters
from orbitsens.config.team_runs import day_of, is_own

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
# What the team's loader takes for a key that is missing. It refuses a file without an activation.
LOADER_DEFAULTS: Mapping[str, Any] = {
    "feature_layer": "rmag_v_and_direction",
    "output_layer": "std_output_6",
    "planar_constraint": False,
    "scalar": 1.0,
}
# mlp_4D was signed before this day, about which it was changed.
MLP_4D_ABSOLUTE_SINCE = date(2025, 11, 20)
# mlp_4D_activation is known from this day, on which it had a softplus; after it, a sigmoid.
MLP_4D_ACTIVATION_SOFTPLUS = date(2025, 11, 25)

# Components of the derivative that planar_constraint zeroes.
OUR_PLANE, TEAM_PLANE = (2, 5), (2,)

_DATED = {
    "mlp_4D": "o0 o[1:4] before 20 November 2025 and |o0| o[1:4] since",
    "mlp_4D_activation": "softplus(o0) tanh(o[1:4]) on 25 November 2025 and sigmoid(o0) tanh(o[1:4]) after that day",
}
_TYPES: Mapping[str, TypeAdapter[Any]] = {
    "width": TypeAdapter(int),
    "depth": TypeAdapter(int),
    "scalar": TypeAdapter(float),
    "planar_constraint": TypeAdapter(bool),
}


class ModelSettings(NamedTuple):
    """The structure of a model. `width` and `depth` are None where only the file's arrays tell them.

    `zeroed` are the components of the derivative that are set to zero. `assumed` has the keys that the file does not
    say, or says by a name that meant something else, with the values they are read as. `problem` is a sentence: why
    the model cannot be evaluated even if its arrays fit.
    """

    feature_layer: str
    output_layer: str
    width: int | None
    depth: int | None
    activation: str
    final_activation: str | None
    scalar: float
    zeroed: tuple[int, ...]
    by_team: bool
    assumed: Mapping[str, Any]
    problem: str | None = None


def model_settings(
    config: Mapping[str, Any], when: datetime | date | None, given: Mapping[str, Any] | None = None
) -> ModelSettings:
    """Read the model's keys of a config: by orbitsens' own rules, or as the team's loader reads them.

    Args:
        config: the first line of a model file, or a run's config.
        when: when the run was trained, for names that changed their meaning; None where that is not known.
        given: values for keys that a file of the team does not say, under the names that orbitsens has for them.

    Raises:
        ValueError: a value that is unknown here.
    """
    return _own(config) if is_own(config) else _team(config, day_of(when), given or {})


def _own(config: Mapping[str, Any]) -> ModelSettings:
    known, extra = read_logged(config)
    for key in MODEL_KEYS:
        for name, value in extra.items():
            if name == key or name.startswith(f"{key}."):
                raise ValueError(f"its {name} is {value!r}, which is unknown here")
    parameters = Parameters.model_validate({key: known[key] for key in MODEL_KEYS if key in known})
    return ModelSettings(
        feature_layer=parameters.feature_layer,
        output_layer=parameters.output_layer,
        width=parameters.width,
        depth=parameters.depth,
        activation=parameters.activation,
        final_activation=None,
        scalar=parameters.scalar,
        zeroed=OUR_PLANE if parameters.planar_constraint else (),
        by_team=False,
        assumed={},
    )


def _team(config: Mapping[str, Any], day: date | None, given: Mapping[str, Any]) -> ModelSettings:
    section = config.get("parameters")
    said: Mapping[str, Any] = section if isinstance(section, Mapping) else config
    assumed = {key: value for key, value in {**LOADER_DEFAULTS, **given}.items() if key not in said}
    values = {**said, **assumed}
    name = values["output_layer"]
    meant, problem = (given["output_layer"], None) if "output_layer" in given else _output_layer(name, day)
    if meant != _present_name(name) or _before_its_time(name, day):
        assumed["output_layer"] = meant
    _refuse_unknown_scalings(values)
    activation = values.get("activation")
    if activation is None:
        problem = problem or (
            "its first line says no activation, and the team's loader has no default for it: "
            "import the file with it, such as --set activation=leaky_relu"
        )
        activation = "identity"
    final = values.get("final_activation")
    return ModelSettings(
        feature_layer=_one_of("feature_layer", values["feature_layer"], choices.FEATURE_LAYERS),
        output_layer=_one_of("output_layer", meant, choices.OUTPUT_LAYERS),
        width=_typed(values, "width") if "width" in values else None,
        depth=_typed(values, "depth") if "depth" in values else None,
        activation=_activation("activation", activation),
        final_activation=None if final is None else _activation("final_activation", final),
        scalar=_typed(values, "scalar"),
        zeroed=TEAM_PLANE if _typed(values, "planar_constraint") else (),
        by_team=True,
        assumed=assumed,
        problem=problem,
    )


def _output_layer(name: object, day: date | None) -> tuple[object, str | None]:
    """Return the name in orbitsens of the team's output layer, and why it is ambiguous, or None."""
    if name == "mlp_simple":
        return "std_output_6", None
    if not isinstance(name, str) or name not in _DATED:
        return _present_name(name), None
    if day is None:
        problem = (
            f"its output_layer {name} meant {_DATED[name]}: import the file with the day of its training, "
            "such as --date 2025-11-03"
        )
        return name, problem
    if name == "mlp_4D":
        return ("mlp_4D" if day >= MLP_4D_ABSOLUTE_SINCE else "mlp_4D_signed"), None
    return ("mlp_4D_activation" if day <= MLP_4D_ACTIVATION_SOFTPLUS else "mlp_4D_activation_sigmoid"), None


def _present_name(name: object) -> object:
    return choices.OUTPUT_SYNONYMS.get(name, name) if isinstance(name, str) else name


def _before_its_time(name: object, day: date | None) -> bool:
    """Say whether a layer's first known form is assumed for a run that is older."""
    return name == "mlp_4D_activation" and day is not None and day < MLP_4D_ACTIVATION_SOFTPLUS


def _refuse_unknown_scalings(values: Mapping[str, Any]) -> None:
    for key, plain in (
        ("feature_transform", (None, "identity", "none")),
        ("normalization", (None, "canonical", "2BP", "Normalization2BP")),
    ):
        if values.get(key) not in plain:
            raise ValueError(f"its {key} is {values[key]!r}, and the numbers of that are not in the file")


def _activation(key: str, name: object) -> str:
    present = choices.ACTIVATION_SYNONYMS.get(name, name) if isinstance(name, str) else name
    return _one_of(key, present, choices.ACTIVATIONS)


def _one_of(key: str, name: object, known: Mapping[str, str]) -> str:
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"its {key} is {name!r}, which is unknown here")
    return name


def _typed(values: Mapping[str, Any], key: str) -> Any:
    try:
        if isinstance(values[key], bool) and key != "planar_constraint":
            raise ValueError
        return _TYPES[key].validate_python(values[key], strict=key == "planar_constraint")
    except ValueError as error:  # pydantic's ValidationError is one
        raise ValueError(f"its {key} is {values[key]!r}, which is unknown here") from error
