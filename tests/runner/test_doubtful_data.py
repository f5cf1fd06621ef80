"""Doubtful units of a dataset file: a warning when a sweep is planned, kept with the run and shown as its reason."""

import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from orbitsens.config import Data
from orbitsens.datasets import make_dataset
from runner.__main__ import app
from runner.sweep import doubted
from store import queries
from store.connect import read_catalogue
from tests.factories import filled_store, replaced, run_record
from tests.store.looking import key

DOUBT = (
    "mine, orbit_0, orbit_1: positions, velocities and times disagree with a motion around the Earth in km, km/s and "
    "s; are the positions in metres (a factor of 1000)?"
)


def orbit_file(path: Path, scale: float) -> Path:
    dataset = make_dataset("simple_TBP_planar_2")
    y = dataset.y * np.array([scale] * 3 + [1.0] * 3)
    orbits = {f"orbit_{k}": {"t": dataset.t[k].tolist(), "y": y[k].T.tolist()} for k in range(2)}
    path.write_text(json.dumps(orbits))
    return path


def sweep_file(folder: Path, scale: float) -> Path:
    data = orbit_file(folder / "o.json", scale)
    path = folder / "s.yaml"
    path.write_text(
        f"wandb: {{group: g}}\ndata: {{dataset_name: mine, dataset_file: {data}}}\nparameters: {{seed: [0, 1]}}\n"
    )
    return path


def test_a_plan_warns_once_and_goes_on(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["plan", str(sweep_file(tmp_path, 1000.0))])
    assert result.exit_code == 0
    assert result.stderr == f"Warning: {DOUBT}\n"
    assert result.stdout.startswith("2 runs of 1 setting in group 'g'")
    document = json.loads(CliRunner().invoke(app, ["plan", str(tmp_path / "s.yaml"), "--json"]).stdout)
    assert document["warnings"] == [f"Warning: {DOUBT}"]


def test_true_orbits_are_planned_without_a_word(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["plan", str(sweep_file(tmp_path, 1.0))])
    assert (result.exit_code, result.stderr) == (0, "")


def test_the_doubt_is_kept_with_the_run_and_is_part_of_its_reason(tmp_path: Path) -> None:
    data = Data(dataset_name="mine", dataset_file=str(orbit_file(tmp_path / "o.json", 1000.0)))
    assert doubted(data) == {"doubts": [DOUBT]}
    assert doubted(Data(dataset_name="simple_TBP_planar_2")) == {}
    record = run_record(0)
    ours = {**record.config["orbitsens"], **doubted(data)}
    odd = replaced(run_record(1), config={**run_record(1).config, "orbitsens": {"doubts": "a text of another program"}})
    filled_store(tmp_path / "store", [replaced(record, config={**record.config, "orbitsens": ours}), odd])
    with read_catalogue(tmp_path / "store") as con:
        assert queries.run(con, key(record)).reason == DOUBT
        assert queries.run(con, key(odd)).reason is None
