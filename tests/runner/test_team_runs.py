"""Runs of the team on their way into the store: metrics under right names, models read as they were meant."""

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import jax
import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from orbitsens.config import ConfigError
from orbitsens.datasets import make_dataset
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.model import load_model
from runner.__main__ import app
from runner.import_model import given_values
from runner.sync_report import report_document, report_lines
from runner.team_runs import as_meant
from runner.wandb_model import foreign_model, local_model, logged_sha256
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from store.records import ModelFile
from tests.factories import ENTITY, PROJECT, filled_store, old_run, replaced, run_record
from tests.runner.graphql_answers import StubArtifact, StubServer
from tests.runner.server_runs import detail as server_detail, messages, stub_run, synced
from tests.team_files import TEAM_HEAD, team_file, team_mlp

OCTOBER, JANUARY = datetime(2025, 10, 3, 12, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
NAME = "simple_TBP_planar_2_train"


def team_run(folder, when=OCTOBER, *, head=None, mlp=None, **parameters):
    """A run as the team's code logged it, with its model file."""
    keys = {**TEAM_HEAD, "output_layer": "mlp_4D", **parameters}
    config = {
        "wandb": {"notes": "first try"},
        "data": {"dataset_name": NAME},
        "parameters": keys | {"note": "lower lr"},
    }
    path = team_file(folder / "old00000.eqx", head or config, mlp or team_mlp(7, 4))
    history = {"step": [1, 2], "acceleration_error": [3.0, 2.0], "val_acceleration_error": [4.0, 3.0]}
    return replaced(
        old_run(0, group="team"),
        config=config,
        created_at=when,
        notes=None,
        summary={"acceleration_error": 2.0, "train_loss": 3.25},
        history=pa.table(history),
        model=ModelFile(path, "old00000"),
    )


def stored(store):
    with read_catalogue(store) as con:
        return queries.run(con, f"{ENTITY}/{PROJECT}/old00000")


@pytest.mark.parametrize(
    ("when", "key"),
    [(OCTOBER, "derivative_error"), (JANUARY, "acceleration_error"), (None, "undated_acceleration_error")],
)
def test_the_headline_is_stored_under_the_name_of_what_it_measured(tmp_path, when, key):
    record = as_meant(team_run(tmp_path, when))
    filled_store(tmp_path / "store", [record])
    detail = stored(tmp_path / "store")
    assert detail.metrics[["metric", "value"]].to_numpy().tolist() == [[key, 2.0]]
    assert detail.summary == {key: 2.0, "train_loss": 3.25}
    assert set(detail.history_stats["key"]) == {key, f"val_{key}"}
    assert ("has no date" in (detail.reason or "")) == (when is None)
    assert detail.notes == "first try\nlower lr"


def test_a_derivative_error_that_is_not_finite_is_a_diverged_run(tmp_path):
    record = replaced(team_run(tmp_path), summary={"acceleration_error": "NaN"})
    filled_store(tmp_path / "store", [as_meant(record)])
    assert stored(tmp_path / "store").state == "diverged"


def test_runs_of_orbitsens_and_of_other_programs_are_as_they_were_logged():
    own = replaced(run_record(0), created_at=OCTOBER)
    foreign = replaced(old_run(0), config={"dataset_name": "mine", "width": 3}, created_at=OCTOBER, notes=None)
    assert as_meant(own) == own
    assert as_meant(foreign) == foreign


def test_what_a_model_is_read_with_is_stored_and_said(tmp_path):
    record = as_meant(team_run(tmp_path))
    report = filled_store(tmp_path / "store", [record])
    detail = stored(tmp_path / "store")
    assert detail.assumed == {"scalar": 1.0, "output_layer": "mlp_4D_signed"}
    # The column has the name of what the run trained; a key that was not logged stays unset.
    assert (detail.parameters["output_layer"], detail.parameters["scalar"]) == ("mlp_4D_signed", None)
    assert detail.config["parameters"]["output_layer"] == "mlp_4D"
    assert "     1 read as the team's loader does, with scalar 1.0, output_layer mlp_4D_signed: old00000" in list(
        report_lines(report)
    )
    document = json.loads(json.dumps(report_document(report, tmp_path)))
    assert document["assumed"] == {f"{ENTITY}/{PROJECT}/old00000": detail.assumed}


def test_the_same_name_before_and_after_the_change_are_two_settings(tmp_path):
    before, after = as_meant(team_run(tmp_path)), replaced(as_meant(team_run(tmp_path, JANUARY)), run_id="after")
    filled_store(tmp_path / "store", [before, after])
    with read_catalogue(tmp_path / "store") as con:
        details = [queries.run(con, f"{ENTITY}/{PROJECT}/{run_id}") for run_id in ("old00000", "after")]
    assert [d.parameters["output_layer"] for d in details] == ["mlp_4D_signed", "mlp_4D"]
    assert details[0].setting_hash != details[1].setting_hash


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mlp": team_mlp(6, 4)}, "cannot be used: its array func.mlp.layers[0].weight has shape 4 x 6"),
        ({"head": {"parameters": {"width": 4, "depth": 2}}, "mlp": team_mlp()}, "its first line says no activation"),
        ({"when": None}, "its output_layer mlp_4D meant o0 o[1:4] before 20 November 2025"),
        ({"head": {"parameters": TEAM_HEAD | {"rtol": 0.1}}}, "is doubtful. Its rtol is 1e-05 among the arrays"),
    ],
)
def test_a_model_file_with_a_problem_is_kept_and_the_problem_said(tmp_path, changes, says):
    report = filled_store(tmp_path / "store", [as_meant(team_run(tmp_path, **changes))])
    detail = stored(tmp_path / "store")
    assert says in detail.model_problem
    assert (tmp_path / "store" / "models" / detail.model_file).exists()
    assert any(says in line for line in report_lines(report))


def test_the_right_error_of_an_old_run_is_measured_from_its_model_file(tmp_path):
    filled_store(tmp_path / "store", [as_meant(team_run(tmp_path))])
    command = ["evaluate", "--store", str(tmp_path / "store"), "--missing", "--group", "team"]
    jax.config.update("jax_enable_x64", True)
    try:
        result = CliRunner().invoke(app, command)
        assert not jax.config.jax_enable_x64  # the command sets what it needs
    finally:
        jax.config.update("jax_enable_x64", False)
    assert result.exception is None, result.output
    model = load_model(tmp_path / "old00000.eqx", OCTOBER).model
    assert model.func.output_layer.name == "mlp_4D_signed" and model.func.zeroed == (2,)
    expected = evaluate_pointwise([model], make_dataset(NAME), load_model(tmp_path / "old00000.eqx", OCTOBER).units)[0]
    with read_catalogue(tmp_path / "store") as con:
        errors = queries.run_metric(con, of_group("team"), "acceleration_error", NAME, "train")["value"]
        logged = queries.run_metric(con, of_group("team"), "derivative_error", NAME, "train")["value"]
    pd.testing.assert_series_equal(
        errors, pd.Series([expected.metrics["acceleration_error"].mean]), check_names=False, rtol=1e-6
    )
    assert logged.tolist() == [2.0]


def test_an_import_says_what_it_assumed(tmp_path):
    head = {key: value for key, value in TEAM_HEAD.items() if key not in ("feature_layer", "activation")}
    file = team_file(tmp_path / "m.eqx", {"parameters": head | {"output_layer": "mlp_4D"}}, team_mlp(7, 4))
    command = ["import", str(file), "--group", "g", "--run-id", "old00000", "--store", str(tmp_path / "store")]
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, ConfigError) and "--date" in str(refused.exception)
    result = CliRunner().invoke(app, [*command, "--date", "2025-10-03", "--set", "activation=elu"])
    assert result.exception is None, result.output
    said = result.output.replace("\n", " ")
    assert "Not logged, and read as the team's loader reads it: feature_layer rmag_v_and_direction, scalar 1.0" in said
    assert "Logged as output_layer mlp_4D, and read as mlp_4D_signed, which it meant." in said
    detail = stored(tmp_path / "store")
    given = {"activation": "elu", "output_layer": "mlp_4D_signed"}
    assert detail.assumed == {"feature_layer": "rmag_v_and_direction", "scalar": 1.0, **given}
    assert detail.created_at == datetime(2025, 10, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["activation", "seed=3"])
def test_a_value_for_another_key_is_refused(text):
    with pytest.raises(ConfigError, match=f"--set {text}: write key=value with one of width"):
        given_values([text])


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("latent-ode-model", "latent-ode-abc", "a latent ODE, and latent ODEs are not loaded here"),
        ("model", "ude-j2-single-model-abc", "a universal differential equation, and these are not loaded here"),
    ],
)
def test_models_of_other_kinds_are_one_sentence_and_their_runs_are_kept(stub: StubServer, tmp_path, kind, name, words):
    local = local_model([SimpleNamespace(type=kind, name=name)], tmp_path, "abc")
    assert local == ModelFile(None, name, foreign_model(kind, name))
    assert words in local.problem
    stub.runs = [stub_run("abc", artifacts=[StubArtifact(name, f"{name}.eqx", b"{}", kind=kind)])]
    assert len(synced(tmp_path / "store").new) == 1
    found = server_detail(tmp_path / "store", "abc")
    assert (found.model_file, found.model_problem) == (None, local.problem)


def test_a_model_named_like_any_run_is_a_model():
    assert (
        foreign_model("model", "udentity") is foreign_model("model", "abc123") is foreign_model("dataset", "x") is None
    )


def test_a_sweep_logs_the_checksum_of_its_model_and_a_flipped_file_is_noticed(finished: Path, tmp_path):
    (artifact,) = messages(finished, "artifact")
    folder = tmp_path / "run"
    shutil.copytree(finished.parent, folder)
    (kept,) = (folder / "files").glob("*.eqx")
    content = kept.read_bytes()
    assert logged_sha256(artifact.metadata) == hashlib.sha256(content).hexdigest()
    assert local_model([artifact], folder, artifact.run_id) == ModelFile(kept, artifact.name)
    artifact.manifest.contents[0].local_path = ""
    for place in (0, len(content) // 2, len(content) - 1):
        kept.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert "is damaged" in local_model([artifact], folder, artifact.run_id).problem


def test_the_checksum_of_an_artifact_is_read_from_its_metadata():
    assert logged_sha256('{"sha256": "ab"}') == logged_sha256({"sha256": "ab"}) == "ab"
    assert logged_sha256("") is logged_sha256("[]") is logged_sha256({"sha256": 3}) is None
