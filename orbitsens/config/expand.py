"""A sweep file's runs: all alternatives with one another, each run checked before anything is trained."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property

from orbitsens.config.data import Data
from orbitsens.config.errors import ConfigError, shortened
from orbitsens.config.fields import Frozen, checked
from orbitsens.config.fit import DataShape, check_fit, data_shape, steps_of_epochs, with_checksums
from orbitsens.config.hashing import Hashes, run_hashes
from orbitsens.config.limits import MOST_RUNS
from orbitsens.config.nesting import alternatives
from orbitsens.config.parameters import Parameters
from orbitsens.config.settings import Setting, of_section
from orbitsens.config.sweepfile import SweepFile, Wandb, parse_sweep
from orbitsens.config.yaml_text import amount, parse_yaml

Fetch = Callable[[Data, Wandb], Data]
_DATA_KEYS, _PARAMETER_KEYS = frozenset(Data.model_fields), frozenset(Parameters.model_fields)
Choices = Mapping[str, list[object]]  # the alternatives of each key


class RunConfig(Frozen):
    """One run of a sweep, checked. `extra` holds the unknown keys that the file allowed."""

    wandb: Wandb
    data: Data
    parameters: Parameters
    extra: dict[str, object] = {}

    @cached_property
    def _hashes(self) -> Hashes:
        return run_hashes(self.parameters, self.data, self.extra)

    @property
    def hash(self) -> str:
        """Equal for runs that compute the same."""
        return self._hashes.config

    @property
    def setting(self) -> str:
        """Equal for runs that differ by their seeds alone."""
        return self._hashes.setting

    def logged(self) -> dict[str, object]:
        """The config as W&B keeps it: `wandb`, `data` and `parameters`, nested as in the sweep file."""
        return {
            "wandb": self.wandb.model_dump(mode="json"),
            "data": {**self.data.model_dump(mode="json"), "test_dataset": self.data.test_name},
            "parameters": {**self.parameters.model_dump(mode="json"), **self.extra},
        }


def expand(sweep: SweepFile, overrides: Sequence[str] = (), fetch: Fetch = lambda data, wandb: data) -> list[RunConfig]:
    """List the runs of a sweep in the order of the file: a setting's runs together, the last key varying fastest.

    `overrides` are `key=value` texts, the value in YAML, the key a parameter or `data.x`, `wandb.x`; each replaces
    what the file says. `fetch` brings the artifacts that data names onto this machine.

    Raises:
        ConfigError: a value that is not allowed, a run that stands twice, or more runs than `MOST_RUNS`; the message
            names the key.
    """
    for text in overrides:
        sweep = _override(sweep, text)
    sections = {"data": _choices("data", sweep.data), "parameters": _choices("parameters", sweep.parameters)}
    settings: Sequence[Setting] = sweep.settings or ({},)
    _refuse_too_many(settings, sections)

    @cache
    def found(data: Data) -> tuple[Data, DataShape]:
        here = with_checksums(fetch(data, sweep.wandb))
        return here, data_shape(here)

    runs = []
    for setting in settings:
        parameter_sets = _product({**of_section(setting, "parameters"), **sections["parameters"]})
        for raw in _product({**of_section(setting, "data"), **sections["data"]}):
            data, shape = found(checked(Data, "data", {k: v for k, v in raw.items() if k in _DATA_KEYS}))
            unknown = {f"data.{k}": v for k, v in raw.items() if k not in _DATA_KEYS}
            runs += [_run(sweep, data, shape, parameters, unknown) for parameters in parameter_sets]
    axes = {f"{section}.{key}": values for section, keys in sections.items() for key, values in keys.items()}
    _refuse_duplicates(runs, {"settings": list(settings), **axes})
    return runs


def _refuse_too_many(settings: Sequence[Setting], sections: Mapping[str, Choices]) -> None:
    """Count the runs without making one."""
    factors = [(key, len(values)) for keys in sections.values() for key, values in keys.items() if len(values) > 1]
    factors += [("settings", len(settings))] if len(settings) > 1 else []
    n = math.prod(number for _, number in factors)
    if n > MOST_RUNS:
        named = shortened(" x ".join(f"{number:,} of {shortened(key, 40)}" for key, number in factors), 500)
        raise ConfigError(
            f"This sweep has {amount(n)} runs ({named}), and {MOST_RUNS:,} are the most: leave alternatives out, or "
            "let `python -m runner design` choose among them."
        )


def _choices(section: str, values: Mapping[str, object]) -> Choices:
    return {key: alternatives(key, value, section) for key, value in values.items()}


def _product(choices: Choices) -> list[dict[str, object]]:
    return [dict(zip(choices, combination, strict=True)) for combination in itertools.product(*choices.values())]


def _run(
    sweep: SweepFile, data: Data, shape: DataShape, raw: Mapping[str, object], unknown_data: Mapping[str, object]
) -> RunConfig:
    known = {k: v for k, v in raw.items() if k in _PARAMETER_KEYS}
    extra = {k: v for k, v in raw.items() if k not in _PARAMETER_KEYS} | dict(unknown_data)
    # What the file leaves open follows from the data.
    known.setdefault("planar_constraint", shape.planar)
    epochs = known.get("epochs_strategy")
    if isinstance(epochs, list):
        if known.get("steps_strategy") is not None:
            raise ConfigError("parameters.epochs_strategy: steps_strategy is given as well; write one of the two.")
        known["steps_strategy"] = [1] * len(epochs)  # until the number of stages is known
    parameters = checked(Parameters, "parameters", known)
    try:
        check_fit(parameters, data, shape)
    except ValueError as error:
        raise ConfigError(f"parameters.{error}.") from error
    if parameters.epochs_strategy is not None:
        known["steps_strategy"] = steps_of_epochs(parameters, shape)
        parameters = checked(Parameters, "parameters", known)
    return RunConfig(wandb=sweep.wandb, data=data, parameters=parameters, extra=extra)


def _refuse_duplicates(runs: Sequence[RunConfig], choices: Choices) -> None:
    """Refuse a sweep with the same run twice; `choices` has every list of alternatives, in the product's order."""
    seen: dict[str, int] = {}
    for i, run in enumerate(runs):
        if run.hash in seen:
            first = seen[run.hash]
            raise ConfigError(
                f"Runs {first + 1} and {i + 1} of this sweep are the same (seed {run.parameters.seed} on "
                f"{run.data.dataset_name}): two alternatives of {_difference(choices, first, i)} mean the same; "
                "remove one."
            )
        seen[run.hash] = i


def _difference(choices: Choices, i: int, j: int) -> str:
    """The keys of which runs number `i` and `j` take different alternatives, with these."""
    found = []
    for key, values in reversed(list(choices.items())):
        (i, a), (j, b) = divmod(i, len(values)), divmod(j, len(values))
        if a != b:
            found.append(f"{key} ({shortened(repr(values[a]))} and {shortened(repr(values[b]))})")
    return " and of ".join(reversed(found))


def _override(sweep: SweepFile, text: str) -> SweepFile:
    path, separator, value = text.partition("=")
    origin = f"--set {shortened(text)}"
    if not separator:
        raise ConfigError(f"{origin}: write key=value, such as --set steps_strategy=[[200,100]].")
    section, _, key = path.strip().rpartition(".")
    section = section or "parameters"
    parsed = parse_yaml(value, origin)
    raw = {**sweep.model_dump(), "settings": list(sweep.settings)}
    if not isinstance(raw.get(section), dict):
        raise ConfigError(f"{origin}: unknown section '{shortened(section)}'; write wandb, data or parameters.")
    raw[section][key] = parsed
    return parse_sweep(raw)
