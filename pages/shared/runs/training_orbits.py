"""The orbits that a run was trained on: found, told from those that validate, drawn, and in numbers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from orbitsens.config import ConfigError, Parameters, is_artifact, parse_artifact, read_orbit_file, split_numbers
from orbitsens.config.data import FILE_KINDS
from pages.shared import look
from pages.shared.charts.orbit_paths import PLANES, TRAINING, VALIDATING, orbit_paths
from pages.shared.charts.picture import side_by_side
from pages.shared.charts.theme import Theme
from pages.shared.exports import download_row
from pages.shared.text import count, plain
from store.datasets import noted_folder
from store.queries import RunDetail

if TYPE_CHECKING:
    from orbitsens.datasets import Dataset

MOST_ORBITS = 100
_SPLIT = ("num_trajs", "train_val_split", "seed", "split_seed")


def show_training_orbits(detail: RunDetail, errors: pd.DataFrame, store: Path) -> None:
    """Draw a run's orbits; `errors` are its metrics orbit by orbit, `store` is where the team's datasets may be."""
    st.markdown("**Trained on**")
    try:
        dataset = _dataset(detail.parameters, store)
    except ConfigError as error:
        st.caption(f"The orbits cannot be drawn. {plain(str(error))}")
        return
    orbits, told = training_rows(detail.parameters, dataset, errors)
    drawn = orbits.head(MOST_ORBITS)
    paths = [closed_path(dataset, int(row)) for row in drawn["orbit"]]
    flat = all(float(np.abs(path[:, 2]).max()) < 1.0 for path in paths)
    planes = ["x, y"] if flat else list(PLANES)

    def charts(theme: Theme) -> dict[str, alt.LayerChart]:
        return {plane: orbit_paths(paths, drawn, plane, theme) for plane in planes}

    for plane, chart in charts(look.theme()).items():
        st.altair_chart(chart, theme=None, width="content", key=f"orbits_{plane[-1]}", alt=f"Training orbits, {plane}")
    more = f" The first {MOST_ORBITS} are drawn." if len(orbits) > MOST_ORBITS else ""
    st.caption(f"{plain(dataset.name)}: {told}{more}")
    download_row(
        f"orbits-{detail.run_id}",
        lambda: side_by_side(charts("light"), 2),
        f"Orbits of run {detail.run_id}",
        [dataset.name, told],
        lambda: orbits.assign(run_id=detail.run_id, dataset=dataset.name),
        "Every orbit with its elements, its role, and the run's error on it.",
        key="orbits",
    )


def training_rows(parameters: Mapping[str, Any], dataset: "Dataset", errors: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The orbits that a run took, and a sentence on them.

    Columns: orbit (its number in the dataset, from 0), role, a_km, e, inclination_deg, error (mean acceleration
    error in percent, NaN where it is not known).
    """
    n = len(dataset.t)
    known = {key: parameters[key] for key in _SPLIT if parameters.get(key) is not None}
    logged = {"num_trajs", "train_val_split"} <= set(known)
    if not logged or not -1 <= known["num_trajs"] <= n:
        roles = dict.fromkeys(range(n), TRAINING)
        told = f"{count(n, 'orbit')}; how many of them trained is not known, as the run did not log it."
    else:
        split = split_numbers(n, Parameters(**known))
        roles = dict.fromkeys(map(int, split.training), TRAINING) | dict.fromkeys(
            map(int, split.validation), VALIDATING
        )
        validation = f", {len(split.validation)} for validation (dashed)" if len(split.validation) else ""
        told = f"{count(len(split.training), 'orbit')} for training{validation}."
    places = np.array(sorted(roles), dtype=int)
    elements = dataset.elements
    rows = pd.DataFrame(
        {
            "orbit": places,
            "role": [roles[place] for place in places],
            "a_km": elements.semi_major_axis[places],
            "e": elements.eccentricity[places],
            "inclination_deg": np.degrees(elements.inclination[places]),
        }
    )
    return rows.assign(error=_errors(rows, dataset.name, errors)), told


def closed_path(dataset: "Dataset", orbit: int) -> np.ndarray:
    """Positions [sample, 3] along an orbit in km; a whole revolution closes."""
    path: np.ndarray = dataset.y[orbit, dataset.mask[orbit], :3]
    step = np.linalg.norm(np.diff(path, axis=0), axis=1).max(initial=0.0)
    closes = np.linalg.norm(path[0] - path[-1]) <= 1.5 * step
    return np.vstack([path, path[:1]]) if closes else path


def _errors(rows: pd.DataFrame, dataset: str, errors: pd.DataFrame) -> list[float]:
    """Each orbit's error: measured on the orbits that trained, or on all of the dataset."""
    mine = errors[(errors["metric"] == "acceleration_error") & (errors["dataset"] == dataset)]
    found: dict[int, float] = {}
    for split, role in (("val", VALIDATING), ("train", TRAINING)):
        values = mine[mine["split"] == split].sort_values("orbit")["value"].tolist()
        places = rows.loc[rows["role"] == role, "orbit"].tolist()
        if len(values) == len(places):
            found |= dict(zip(places, values, strict=True))
        elif split == "train" and len(values) == len(rows):
            found |= dict(zip(rows["orbit"].tolist(), values, strict=True))
    return [found.get(place, float("nan")) for place in rows["orbit"]]


def _dataset(parameters: Mapping[str, Any], store: Path) -> "Dataset":
    """The dataset that a run names.

    Raises:
        ConfigError: no dataset of that name, or its file is not on this machine; the message says so.
    """
    from orbitsens.datasets import load_dataset  # slow to import, and needed only once a run is looked at

    name, file = parameters.get("dataset_name"), parameters.get("dataset_file")
    if file is None:
        if name is None:
            raise ConfigError("The run did not log its dataset.")
        return load_dataset(name, None)
    wanted = parameters.get("dataset_sha256")
    for path in _files(store, file):
        if wanted is None or read_orbit_file(str(path)).sha256 == wanted:
            return load_dataset(name or path.stem, str(path))
    raise ConfigError(f"They are in {file}, which is not on this machine as the run had it.")


def _files(store: Path, file: str) -> Iterator[Path]:
    if not is_artifact(file):
        yield from filter(Path.is_file, [Path(file)])
        return
    folder = noted_folder(store, parse_artifact(file).path)
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in FILE_KINDS) if folder else ()
