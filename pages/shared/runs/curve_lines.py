"""From logged values to the lines of a picture: which belong together, and where training stages begin."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from pages.shared.charts.curves import TRAINING, VALIDATING
from pages.shared.text import CURVES, METRICS

Starts = Mapping[str, Sequence[int]]

PHASE = "curriculum_phase"
USUAL = ("train_loss", "percent_error", "acceleration_error")
# What a history key was measured on.
_ON = {
    "percent_error": "training batches",
    **dict.fromkeys((*METRICS, "derivative_error", "undated_acceleration_error"), "training orbits"),
}


class Line(NamedTuple):
    """What a run is in a picture of several: one line of a series, which has a colour, under a name of its own."""

    series: str
    label: str


def validation_key(key: str) -> str:
    """The key on the validation segments that belongs to one on the training segments."""
    return f"val_{key.removeprefix('train_')}"


def curve_keys(keys: Collection[str]) -> list[str]:
    """What can be drawn of these history keys: those people look at first, and validation with its training twin."""
    twins = {validation_key(key) for key in keys}
    known = [key for key in CURVES if key in keys]
    return [key for key in dict.fromkeys([*known, *sorted(keys)]) if key not in twins]


def measured_on(key: str, losses: Collection[str]) -> str:
    """What a history key was measured on, in words; a loss also says which."""
    if key in ("train_loss", "full_train_loss"):
        return " and ".join(losses) if len(losses) < 3 else f"{len(losses)} loss functions"
    return _ON.get(key, "")


def stage_starts(logged: pd.DataFrame) -> Starts:
    """The first logged step of each training stage after the first, by run key; runs that logged none are left out."""
    phases = logged[logged["key"] == PHASE].dropna(subset="value")
    begins = phases.groupby("run_key", sort=False)["value"].diff().fillna(0.0) != 0.0
    found = phases.assign(begins=begins).groupby("run_key", sort=False)
    return {str(run_key): rows.loc[rows["begins"], "step"].tolist() for run_key, rows in found}


def lines_of_run(logged: pd.DataFrame, key: str, name: str, starts: Starts) -> pd.DataFrame:
    """The lines of one run's history key: series training, and validation if that was logged."""
    series = {key: TRAINING, validation_key(key): VALIDATING}
    rows = logged[logged["key"].isin(list(series))]
    lines = _with_stages(rows.assign(series=rows["key"].map(series), label=name), starts)
    return lines.sort_values("series", kind="stable")


def lines_of_runs(logged: pd.DataFrame, key: str, lines: Mapping[str, Line], starts: Starts) -> pd.DataFrame:
    """The lines of several runs' history key, in the order of `lines` (by run key)."""
    rows = logged[(logged["key"] == key) & logged["run_key"].isin(list(lines))]
    places = {run_key: i for i, run_key in enumerate(lines)}
    rows = rows.iloc[np.argsort(rows["run_key"].map(places).to_numpy(), kind="stable")]
    series = rows["run_key"].map({run_key: line.series for run_key, line in lines.items()})
    label = rows["run_key"].map({run_key: line.label for run_key, line in lines.items()})
    return _with_stages(rows.assign(series=series, label=label), starts)


def borders(starts: Starts, lines: Mapping[str, Line]) -> pd.DataFrame:
    """Where stages begin after the first: columns step and name, and series where the runs do not all agree."""
    found = {run_key: tuple(steps) for run_key, steps in starts.items() if run_key in lines}
    if len(set(found.values())) <= 1:
        steps = next(iter(found.values()), ())
        return pd.DataFrame({"step": list(steps), "name": [f"stage {i + 2}" for i in range(len(steps))]})
    rows = {
        (step, f"stage {i + 2}", lines[run_key].series)
        for run_key, steps in found.items()
        for i, step in enumerate(steps)
    }
    return pd.DataFrame(sorted(rows), columns=["step", "name", "series"])


def _with_stages(rows: pd.DataFrame, starts: Starts) -> pd.DataFrame:
    """Number the stage of each value, from 0; runs that did not log their stages have one."""
    stage = np.zeros(len(rows), dtype=int)
    for run_key, places in rows.groupby("run_key", sort=False).indices.items():
        stage[places] = np.searchsorted(starts.get(str(run_key), []), rows["step"].to_numpy()[places], side="right")
    return rows[["run_key", "series", "label", "step", "value"]].assign(stage=stage)
