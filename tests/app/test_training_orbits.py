"""The orbits that a run was trained on: which, in which role, with which error, drawn to scale."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orbitsens.config import Parameters, split_numbers
from orbitsens.constants import EARTH_RADIUS_KM
from orbitsens.datasets import make_dataset
from pages.shared.charts.orbit_paths import orbit_paths
from pages.shared.charts.picture import picture
from pages.shared.runs.training_orbits import _dataset, closed_path, training_rows
from tests.factories import TRAIN

ALL: dict[str, Any] = {"num_trajs": -1, "train_val_split": 1.0, "seed": 0}
NO_ERRORS = pd.DataFrame({"metric": [], "dataset": [], "split": [], "orbit": [], "value": []})


def errors(split: str, values: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "metric": "acceleration_error",
            "dataset": TRAIN,
            "split": split,
            "orbit": range(len(values)),
            "value": values,
        }
    )


def test_all_orbits_train_unless_the_run_says_otherwise() -> None:
    rows, told = training_rows(ALL, make_dataset(TRAIN), errors("train", [float(i) for i in range(10)]))
    assert rows["orbit"].tolist() == list(range(10))
    assert rows["error"].tolist() == [float(i) for i in range(10)]
    assert told == "10 orbits for training."
    assert (rows["a_km"] * (1 - rows["e"]) >= EARTH_RADIUS_KM).all()


def test_the_split_is_the_one_that_the_run_made() -> None:
    parameters = ALL | {"num_trajs": 8, "train_val_split": 0.75, "seed": 5}
    split = split_numbers(10, Parameters(**parameters))
    both = pd.concat([errors("train", [1.0] * 6), errors("val", [2.0] * 2)])
    rows, told = training_rows(parameters, make_dataset(TRAIN), both)
    assert rows["orbit"][rows["role"] == "training"].tolist() == split.training.tolist()
    assert rows["orbit"][rows["error"] == 2.0].tolist() == split.validation.tolist()
    assert told == "6 orbits for training, 2 for validation (dashed)."


@pytest.mark.parametrize("parameters", [{}, {"num_trajs": 99, "train_val_split": 1.0}])
def test_a_run_that_did_not_log_its_split_is_said_so(parameters: dict[str, Any]) -> None:
    rows, told = training_rows(parameters, make_dataset(TRAIN), NO_ERRORS)
    assert len(rows) == 10
    assert rows["error"].isna().all()
    assert "not known" in told


def test_errors_of_another_number_of_orbits_belong_to_none() -> None:
    rows, _ = training_rows(ALL, make_dataset(TRAIN), errors("train", [1.0] * 7))
    assert rows["error"].isna().all()


def test_a_path_is_the_orbit_closed() -> None:
    dataset = make_dataset(TRAIN)
    path = closed_path(dataset, 3)
    assert path.shape == (361, 3)
    np.testing.assert_array_equal(path[0], path[-1])
    a, e = dataset.elements.semi_major_axis[3], dataset.elements.eccentricity[3]
    radius = np.linalg.norm(path, axis=1)
    assert radius.min() == pytest.approx(a * (1 - e), rel=1e-3)
    assert radius.max() == pytest.approx(a * (1 + e), rel=1e-3)


@pytest.mark.parametrize("error", [5.0, float("nan")])
def test_the_picture_is_to_scale(error: float) -> None:
    dataset = make_dataset(TRAIN)
    rows, _ = training_rows(ALL, dataset, NO_ERRORS)
    rows["error"] = np.geomspace(1.0, error, 10) if error == error else error  # noqa: PLR0124 - NaN
    chart = orbit_paths([closed_path(dataset, i) for i in range(10)], rows, "x, y", "light")
    spec = chart.to_dict()
    x, y = (spec["layer"][1]["encoding"][axis]["scale"]["domain"] for axis in ("x", "y"))
    assert x == y
    assert spec["width"] == spec["height"]
    colour = spec["layer"][1]["encoding"]["color"]
    assert colour["field"] == ("error" if error == 5.0 else "role")
    assert picture(chart, "svg", "orbits", []).startswith(b"<svg")


def orbit_file(folder: Path) -> Path:
    made = make_dataset(TRAIN)
    orbits = {f"orbit_{i}": {"t": made.t[i].tolist(), "y": made.y[i].T.tolist()} for i in range(2)}
    path = folder / "mine.json"
    path.write_text(json.dumps(orbits))
    return path


def test_orbits_of_a_file_are_drawn_if_it_is_still_the_same_file(tmp_path: Path) -> None:
    path = orbit_file(tmp_path)
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    known = {"dataset_name": "mine", "dataset_file": str(path), "dataset_sha256": sha}
    assert len(_dataset(known, tmp_path).t) == 2
    with pytest.raises(ValueError, match="not on this machine as the run had it"):
        _dataset(known | {"dataset_sha256": "0" * 64}, tmp_path)
    path.unlink()
    with pytest.raises(ValueError, match="not on this machine"):
        _dataset(known, tmp_path)


@pytest.mark.parametrize("file", ["wandb:lab/project/orbits:v3", "/nowhere/orbits.npz"])
def test_files_that_are_not_here_are_named(tmp_path: Path, file: str) -> None:
    with pytest.raises(ValueError, match=file):
        _dataset({"dataset_name": "mine", "dataset_file": file}, tmp_path)


@pytest.mark.parametrize("name", [None, "complex_orbits"])
def test_a_run_without_a_known_dataset_is_one_sentence(tmp_path: Path, name: str | None) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        _dataset({"dataset_name": name}, tmp_path)
