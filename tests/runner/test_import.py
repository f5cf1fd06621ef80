"""Model files of the team: imported, measured, kept; and the files that are refused."""

import re

import jax
import pytest

from orbitsens.config import ConfigError, Parameters
from orbitsens.config.model_settings import LOADER_DEFAULTS
from orbitsens.config.team_notes import team_notes
from orbitsens.model import load_model, make_model, save_model
from runner.import_model import import_model
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from tests.factories import ENTITY, PROJECT, filled_store, run_record
from tests.team_files import team_file

OLD = {
    "dataset_name": "simple_2BP_planar_3_train",
    "problem": "2BP",
    "width": 4,
    "depth": 2,
    "activation": "elu",
    "seed": 3,
    "network": "mlp_v0",
    "loss_fcn": "percent_error_v0",
    "lr_strategy": [0.001, 0.0001],
}

BARE = {"width": 4, "depth": 2, "activation": "elu"}


def old_file(path, config):
    """A file as of years ago: a config with missing and unknown keys, then the leaves."""
    return team_file(path, config)


def bring_in(file, store, run_id="abc123", group="team"):
    return import_model(file, group, run_id, store, on_wait=pytest.fail)


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("import")
    file = old_file(folder / "abc123.eqx", OLD)
    _, report = bring_in(file, folder / "store")
    assert report.new == (f"{ENTITY}/{PROJECT}/abc123",)
    return file, folder / "store"


def test_an_old_file_becomes_a_run_with_its_metrics(imported):
    _, store = imported
    with read_catalogue(store) as con:
        for split in ("train", "test"):
            table = queries.run_metric(
                con, of_group("team"), "acceleration_error", f"simple_TBP_planar_3_{split}", split
            )
            assert table["value"].notna().all() and table["n_orbits"].tolist() == [3]
        detail = queries.run(con, f"{ENTITY}/{PROJECT}/abc123")
    assert detail.state == "finished"
    assert (detail.parameters["width"], detail.parameters["seed"]) == (4, 3)
    # What the file does not say is not filled in, what is unknown today is kept.
    assert detail.parameters["feature_layer"] is None and detail.parameters["normalization"] is None
    assert detail.assumed == LOADER_DEFAULTS
    assert detail.extra_parameters == {"network": "mlp_v0", "loss_fcn": "percent_error_v0"}
    assert detail.n_parameters == 7 * 4 + 4 + 4 * 4 + 4 + 4 * 6 + 6
    kept = load_model(store / "models" / detail.model_file)
    assert kept.config == OLD


def test_importing_again_changes_nothing(imported):
    file, store = imported
    _, report = bring_in(file, store)
    assert (report.published, report.new, report.changed) == (False, (), ())


def test_a_nested_config_names_its_project(tmp_path):
    nested = {"wandb": {"entity": "someone", "project": "else", "group": "theirs"}, "parameters": OLD}
    record, _ = bring_in(old_file(tmp_path / "m.eqx", nested), tmp_path / "store")
    assert (record.entity, record.project, record.group) == ("someone", "else", "team")


def test_a_file_of_orbitsens_is_not_read_as_the_teams(tmp_path):
    parameters = Parameters(width=4, depth=1, output_layer="mlp_simple")
    data = {"dataset_name": "simple_TBP_planar_3_train"}
    config = {"data": data, "parameters": parameters.model_dump(mode="json")}
    save_model(tmp_path / "own.eqx", make_model(parameters, key=jax.random.key(0)), config)
    record, _ = bring_in(tmp_path / "own.eqx", tmp_path / "store", run_id="own")
    assert team_notes(record.config, None) == []
    with read_catalogue(tmp_path / "store") as con:
        detail = queries.run(con, f"{ENTITY}/{PROJECT}/own")
    assert (detail.parameters["output_layer"], detail.assumed) == ("mlp_simple", {})


def test_without_a_dataset_the_run_says_that_it_was_not_measured(tmp_path):
    file = old_file(tmp_path / "m.eqx", BARE)
    record, report = bring_in(file, tmp_path / "store")
    assert report.published
    assert record.reason == "The model's config names no dataset to measure it on."


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"dataset_name": "flights", "dataset_file": "gone.json"}, "to be had: gone.json: cannot read"),
        ({"dataset_name": "flights", "dataset_file": "wandb:flights:v1"}, "to be had: data.dataset_file: .* answer"),
        ({"dataset_name": "old_name_17"}, "to be had: data.dataset_name: 'old_name_17' is not a dataset name"),
    ],
)
def test_a_dataset_that_is_not_here_is_named_in_the_reason(tmp_path, monkeypatch, data, says):
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    file = old_file(tmp_path / "m.eqx", BARE | data)
    record, report = bring_in(file, tmp_path / "store")
    assert report.published and record.summary["evaluations"] == []
    assert re.search(says, record.reason)


def test_a_run_with_a_history_is_not_replaced(tmp_path):
    filled_store(tmp_path / "store", [run_record(0, run_id="abc123")])
    with pytest.raises(ConfigError, match=r"--run-id: the store has the run .*abc123 with its history"):
        bring_in(old_file(tmp_path / "m.eqx", OLD), tmp_path / "store")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (OLD | {"output_layer": "mlp_5D"}, r"its output_layer is 'mlp_5D', which is unknown here\."),
        (OLD | {"width": 8}, "not a readable model file"),
        (None, "cannot read this model file: No such file"),
    ],
)
def test_a_file_that_cannot_be_rebuilt_is_one_sentence(tmp_path, config, says):
    path = tmp_path / "m.eqx"
    if config is not None:
        old_file(path, config)
    with pytest.raises(ConfigError, match=says) as caught:
        bring_in(path, tmp_path / "store")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "store").exists()
