"""`python -m runner evaluate`: what it prints, what it keeps, and what it says of models that cannot be evaluated."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from orbitsens.datasets import make_dataset
from orbitsens.evaluate import evaluate_pointwise, evaluate_rollout
from orbitsens.grid import residual_grid
from orbitsens.grid_settings import GridSettings
from orbitsens.model import load_model
from orbitsens.version import NUMERICS
from runner.__main__ import app
from store.connect import StoreError, read_catalogue, store_version
from store.evaluations import stored_grids
from store.filters import of_group
from store.gridfiles import read_cell, read_grid
from store.queries import run_metric, run_orbit_metrics
from tests.factories import TEST, TRAIN, filled_store, replaced
from tests.runner.stored_models import GROUP, model_record, model_store

SMALL = ["--n-a", "5", "--n-e", "4", "--anomalies", "12"]
SETTINGS = GridSettings(n_a=5, n_e=4, anomalies=12)


def evaluate(store: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["evaluate", "--store", str(store), *arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return model_store(tmp_path)


def test_json_has_a_row_per_eccentricity_and_null_where_infeasible(store: Path) -> None:
    lines = [json.loads(line) for line in evaluate(store, "run0", "run1", *SMALL, "--json").splitlines()]
    assert [line["run_id"] for line in lines] == ["run0", "run1"]
    for line in lines:
        assert line["a_km"] == SETTINGS.a_km.tolist()
        assert line["e"] == SETTINGS.e.tolist()
        model, _, units = load_model(next(store.glob(f"models/{line['run_id']}-*")))
        expected = residual_grid(model, SETTINGS, units).fields
        for name, field in expected.items():
            found = np.array(line[name], dtype=float)
            assert found.shape == (4, 5)
            np.testing.assert_allclose(found, field, rtol=1e-5, atol=1e-5)
    assert lines[0]["acceleration_error"] != lines[1]["acceleration_error"]


def test_several_models_in_one_call_have_a_mean_and_a_spread_per_cell(store: Path) -> None:
    first, second, both = map(json.loads, evaluate(store, "run0", "run1", *SMALL, "--spread", "--json").splitlines())
    assert both["run_ids"] == ["run0", "run1"]
    for name in ("acceleration_error", "accel_angle_deg_max"):
        a, b = (np.array(one[name], dtype=float) for one in (first, second))
        np.testing.assert_allclose(np.array(both[name]["mean"], dtype=float), (a + b) / 2)
        np.testing.assert_allclose(np.array(both[name]["sd"], dtype=float), np.abs(a - b) / np.sqrt(2))
    assert "2 runs together, in the median cell: mean " in evaluate(store, "run0", "run1", *SMALL, "--spread")


def test_asking_twice_computes_nothing_and_publishes_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = evaluate(store, "run0", *SMALL, "--json")
    version = store_version(store)

    def computed(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("runner.evaluate_grid.residual_grid", computed)
    assert evaluate(store, "run0", *SMALL, "--json") == first
    assert store_version(store) == version
    with pytest.raises(AssertionError, match="computed again"):
        evaluate(store, "run0", *SMALL, "--anomalies", "13")
    monkeypatch.setattr("runner.evaluate_grid.NUMERICS", NUMERICS + 1)
    with pytest.raises(AssertionError, match="computed again"):
        evaluate(store, "run0", *SMALL)


def test_a_rollout_keeps_the_orbit_of_each_cell(store: Path) -> None:
    line = json.loads(evaluate(store, "run0", *SMALL, "--rollout", "--revolutions", "2", "--json"))
    feasible = SETTINGS.feasible
    assert [[cell is not None for cell in row] for row in line["failed"]] == feasible.tolist()
    assert np.isfinite(np.array(line["position_error_km"], dtype=float)[feasible]).any()
    with read_catalogue(store) as con:
        grid = stored_grids(con).iloc[0]
    assert grid["n_feasible"] == feasible.sum()
    cells = read_grid(store, grid["grid_file"])
    row = int(np.flatnonzero(cells["feasible"])[3])
    along = read_cell(store, grid["grid_file"], row)
    assert len(along["error_along"]) == 12
    assert len(along["path_x"]) == 2 * 12 + 1
    assert np.mean(along["error_along"]) == pytest.approx(cells["acceleration_error"][row], rel=5e-4)
    assert along["path_x"][0] == pytest.approx(0.0, abs=1.0)  # periapsis on the y axis, at 90 degrees
    assert along["path_y"][0] == pytest.approx(cells["a_km"][row] * (1 - cells["e"][row]), rel=5e-4)
    assert read_cell(store, grid["grid_file"], int(np.flatnonzero(~cells["feasible"])[0])) == {}


def test_a_later_sync_leaves_the_evaluations(store: Path, tmp_path: Path) -> None:
    evaluate(store, "run0", *SMALL)
    evaluate(store, "run0", "--dataset", "simple_TBP_planar_2_test")
    changed = replaced(model_record(tmp_path, 0), notes="looked at again")
    assert filled_store(store, [changed]).changed
    with read_catalogue(store) as con:
        assert len(stored_grids(con)) == 1
        rows = run_metric(con, of_group(GROUP), "acceleration_error", "simple_TBP_planar_2_test", "test")
    assert rows.set_index("run_id")["value"].notna().to_dict() == {"run0": True, "run1": False}
    grid_files = [path.name for path in store.glob("grids/*")]
    assert len(grid_files) == 1


def test_datasets_are_measured_as_the_core_measures_them(store: Path) -> None:
    name = "complex_TBP_nonplanar_3_test"
    line = json.loads(evaluate(store, "run1", "--dataset", name, "--rollout", "--json"))
    assert "acceleration_error" not in line
    model, _, units = load_model(next(store.glob("models/run1-*")))
    data = make_dataset(name)
    expected = evaluate_pointwise([model], data, units)[0].metrics | evaluate_rollout(model, data, units).metrics
    found = line["datasets"][name]["metrics"]
    assert found.keys() == expected.keys()
    for metric, measured in expected.items():
        orbits = np.array(found[metric]["per_orbit"], dtype=float)
        np.testing.assert_allclose(orbits, measured.per_orbit, rtol=1e-6)
    with read_catalogue(store) as con:
        rows = run_orbit_metrics(con, "mlds-lab/neuralODEs/run1")
    assert (rows["dataset"] == name).sum() == 3 * len(expected)


def test_what_old_runs_lack_is_measured_from_their_models(tmp_path: Path) -> None:
    old = model_record(tmp_path, 5, evaluated=False)
    without_model = replaced(model_record(tmp_path, 6, evaluated=False), model=None)
    filled_store(tmp_path / "store", [old, without_model, model_record(tmp_path, 7)])
    result = CliRunner().invoke(app, ["evaluate", "--store", str(tmp_path / "store"), "--missing", "--group", GROUP])
    assert result.exception is None
    assert "Run run6 has no model to evaluate" in result.stderr
    assert "2 runs lacked 2 evaluations" in result.stderr
    model, _, units = load_model(next((tmp_path / "store").glob("models/run5-*")))
    with read_catalogue(tmp_path / "store") as con:
        for dataset, split in ((TRAIN, "train"), (TEST, "test")):
            expected = evaluate_pointwise([model], make_dataset(dataset), units)[0].metrics["acceleration_error"]
            rows = run_metric(con, of_group(GROUP), "acceleration_error", dataset, split).set_index("run_id")
            assert rows.loc["run5", "value"] == pytest.approx(expected.mean)
            assert rows.loc["run5", "n_orbits"] == 10
    version = store_version(tmp_path / "store")
    evaluate(tmp_path / "store", "--missing", "--group", GROUP)
    assert store_version(tmp_path / "store") == version


def test_a_missing_or_corrupt_model_file_is_one_clear_sentence(store: Path) -> None:
    whole = next(store.glob("models/run0-*"))
    content = whole.read_bytes()
    whole.write_bytes(content[:-40])
    with pytest.raises(StoreError, match=r"model file of run run0, .* is corrupt: it is not the file that was synced"):
        evaluate(store, "run0", *SMALL)
    whole.unlink()
    with pytest.raises(StoreError, match=r"model file of run run0, .* is missing: sync the run's group again"):
        evaluate(store, "run0", *SMALL)


def test_a_file_that_is_no_model_is_one_clear_sentence(tmp_path: Path) -> None:
    record = model_record(tmp_path, 3)
    record.model.path.write_bytes(b"no model\n")
    filled_store(tmp_path / "store", [record])
    with pytest.raises(StoreError, match=r"The model of run run3 cannot be read: .*not a readable model file"):
        evaluate(tmp_path / "store", "run3", *SMALL)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["run9"], StoreError, "There is no run run9 in"),
        (["--missing", "--group", "labs"], StoreError, "There is no group labs in .*lab"),
        ([], ConfigError, "Name at least one run id"),
        (["run0", "--e-range", "0", "1.5"], ConfigError, "eccentricities must ascend within 0 to below 1"),
        (["run0", "--dataset", "complicated_TBP_planar_3"], ConfigError, "unknown orbit family"),
    ],
)
def test_mistakes_are_one_sentence(store: Path, arguments: list[str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        evaluate(store, *arguments)


def test_the_shipped_store_is_left_as_it_is(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.evaluations.SHIPPED", store)
    monkeypatch.setattr("store.evaluations.DEFAULT", tmp_path / "own" / "store")
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*") if path.is_file()}
    first = evaluate(store, "run0", *SMALL, "--dataset", "simple_TBP_planar_1_test", "--grid", "--json")
    assert evaluate(store, "run0", *SMALL, "--dataset", "simple_TBP_planar_1_test", "--grid", "--json") == first
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*") if path.is_file()} == before
    assert store_version(tmp_path / "own" / "store") is None
    assert store_version(tmp_path / "own" / "evaluations") is not None


def test_what_came_with_the_shipped_store_is_not_computed_again(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["run0", *SMALL, "--dataset", "simple_TBP_planar_1_test", "--grid", "--json"]
    before = evaluate(store, *asked)
    monkeypatch.setattr("store.evaluations.SHIPPED", store)
    monkeypatch.setattr("store.evaluations.DEFAULT", tmp_path / "own" / "store")
    assert evaluate(store, *asked) == before
    assert not (tmp_path / "own").exists()
    evaluate(store, "run1", *SMALL)
    assert store_version(tmp_path / "own" / "evaluations") is not None
    assert evaluate(store, *asked) == before
