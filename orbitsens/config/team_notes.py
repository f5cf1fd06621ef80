"""What a reader has to know of a run of the team: what its model is read with, and which numbers mean another thing.

Sentences in plain text, for the terminal and the app.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from orbitsens.config.dataset_name import parse_dataset_name
from orbitsens.config.errors import ConfigError
from orbitsens.config.model_settings import MLP_4D_ABSOLUTE_SINCE, MLP_4D_ACTIVATION_SOFTPLUS
from orbitsens.config.team_runs import DERIVATIVE_ERROR, day_of, flat_keys, headline_key, is_team_run

# The team's datasets have equal steps in eccentric anomaly since this month.
_ECCENTRIC_SINCE = date(2026, 6, 1)
# The days about which mlp_4D was changed.
_UNSURE = timedelta(days=3)


def assumed_notes(config: Mapping[str, Any], assumed: Mapping[str, Any]) -> list[str]:
    """Say what a run did not log, or logged by another name, and what its model is read with instead."""
    flat = flat_keys(config)
    missing = [f"{key} {_text(value)}" for key, value in assumed.items() if key not in flat]
    found = []
    if missing:
        found.append(f"Not logged, and read as the team's loader reads it: {', '.join(missing)}.")
    for key, value in assumed.items():
        if key in flat:
            found.append(f"Logged as {key} {_text(flat[key])}, and read as {_text(value)}, which it meant.")
    return found


def team_notes(config: Mapping[str, Any], when: datetime | date | None) -> list[str]:
    """Say where the numbers of a team's run mean another thing than those of orbitsens; nothing of other runs."""
    if not is_team_run(config):
        return []
    flat, day = flat_keys(config), day_of(when)
    found = [*_layer_notes(flat, day), *_loss_notes(flat), *_dataset_notes(flat, day)]
    if headline_key(config, when) == DERIVATIVE_ERROR:
        found.insert(
            0,
            "Until December 2025 the team's acceleration_error was the error of the whole derivative, velocity "
            f"included: it is kept as {DERIVATIVE_ERROR}, and python -m runner evaluate --missing measures the "
            "acceleration error from the model file.",
        )
    return found


def _layer_notes(flat: Mapping[str, Any], day: date | None) -> list[str]:
    layer, found = flat.get("output_layer"), []
    if flat.get("planar_constraint") is True:
        found.append(
            "The team's planar_constraint zeroes dz/dt alone, and so does its model here; that of orbitsens zeroes "
            "dv_z/dt as well."
        )
    if layer == "mlp_4D" and day is not None and abs(day - MLP_4D_ABSOLUTE_SINCE) <= _UNSURE:
        found.append("The team's mlp_4D changed from o0 to |o0| about 20 November 2025: on this day it may be either.")
    if layer == "mlp_4D_activation" and day is not None and day < MLP_4D_ACTIVATION_SOFTPLUS:
        found.append(
            "The team's mlp_4D_activation is known from 25 November 2025 on: its form of that day, with a softplus, is "
            "assumed for this earlier run."
        )
    return found


def _loss_notes(flat: Mapping[str, Any]) -> list[str]:
    loss, found = flat.get("loss_fcn"), []
    if loss == "mean_squared_error":
        found.append(
            "The team's mean_squared_error is over all L samples of a segment, the first included: L/(L - 1) times it "
            "is that of orbitsens."
        )
    if loss == "percent_error_with_reg":
        for key in ("l1_reg", "l2_reg"):
            value = flat.get(key)
            if isinstance(value, int | float) and value:
                found.append(f"The team's percent_error_with_reg applies {key} twice: {value:g} acts as {value**2:g}.")
    return found


def _dataset_notes(flat: Mapping[str, Any], day: date | None) -> list[str]:
    name = flat.get("dataset_name")
    if not isinstance(name, str):
        return []
    try:
        parse_dataset_name(name)
    except ConfigError as error:
        return [str(error)]
    if day is None:
        steps = "true, mean or (since June 2026) eccentric"
    else:
        steps = "eccentric" if day >= _ECCENTRIC_SINCE else "true or mean"
    note = (
        f"The team's orbits of this run have equal steps in {steps} anomaly, and are other draws than the orbits of "
        "the same name here, which have equal steps in true anomaly. On complex orbits, steps in eccentric anomaly "
        "change the acceleration error by about +11 %, in mean anomaly by +20 %."
    )
    return [note]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
