"""The command line as a person uses it: plan, sweep, sync and export in a real process, on real W&B runs."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from store import queries
from store.connect import read_catalogue
from store.filters import of_group

SEEDS = "runner/sweeps/sweep-seeds-v2.yaml"
TINY = """
wandb: {group: tiny}
data: {dataset_name: [simple_TBP_planar_3_train]}
parameters:
  width: 8
  depth: 1
  seed: [0, 1]
  steps_strategy: [[40, 20]]
  eval_every: 25
"""


def runner(*arguments, folder=None, check=True):
    out = subprocess.run(
        [sys.executable, "-m", "runner", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | ({"WANDB_DIR": str(folder), "ORBITSENS_STORE": str(folder / "store")} if folder else {}),
        timeout=280,
    )
    assert not check or out.returncode == 0, out.stderr
    return out


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "tiny.yaml").write_text(TINY)
    out = runner("sweep", folder / "tiny.yaml", folder=folder)
    return folder, out.stdout


def frames(store):
    with read_catalogue(store) as con:
        runs = queries.run_metric(con, of_group("tiny"), "acceleration_error", "simple_TBP_planar_3_test", "test")
        return runs, queries.history(con, store, list(runs["run_key"]), None)


def test_the_plan_of_the_note_lists_twenty_runs():
    plan = json.loads(runner("plan", SEEDS, "--json").stdout)
    assert [run["parameters"]["seed"] for run in plan["runs"]] == list(range(20))
    first = plan["runs"][0]
    assert first["group"] == "sweep-seeds-v2"
    assert first["data"]["dataset_name"] == "complex_TBP_planar_10_train"
    assert first["parameters"]["segment_length_strategy"] == [4]
    assert [len(program["runs"]) for program in plan["programs"]] == [20]
    assert plan["estimated_seconds"] > 0


def test_the_plan_in_words_names_runs_programs_and_time():
    text = runner("plan", SEEDS, "--set", "width=[32, 64]").stdout
    assert "40 runs of 2 settings in group 'sweep-seeds-v2'" in text
    assert "program 2: 20 runs of width 64" in text
    assert re.search(r"About [\d.]+ (s|min) on two cores", text)


def test_a_sweep_ends_in_the_store_with_table_and_counts(swept):
    folder, printed = swept
    assert "2 of 2 runs finished" in printed
    assert "simple_TBP_planar_3_test" in printed
    runs, history = frames(folder / "store")
    assert list(runs["state"]) == ["finished", "finished"]
    assert list(runs["seed"]) == [0, 1]
    assert (runs["value"] > 0).all()
    assert history.groupby("run_key")["step"].max().tolist() == [60, 60]
    evaluated = history.dropna(subset=["acceleration_error"])
    assert evaluated.groupby("run_key")["step"].apply(list).tolist() == [[25, 40, 60]] * 2


def test_syncing_again_changes_nothing(swept):
    folder, _ = swept
    before = (folder / "store" / "CURRENT").read_text()
    out = runner("sync", "tiny", folder=folder).stdout
    assert re.search(r"0 new\b.*\n.*0 changed\b.*\n.*2 unchanged", out)
    assert (folder / "store" / "CURRENT").read_text() == before


def test_a_deleted_store_is_rebuilt_identically(swept):
    folder, _ = swept
    runner("sync", "tiny", "--store", folder / "second", folder=folder)
    for first, second in zip(frames(folder / "store"), frames(folder / "second"), strict=True):
        pd.testing.assert_frame_equal(first, second)
    assert {p.name: p.read_bytes() for p in (folder / "store" / "models").iterdir()} == {
        p.name: p.read_bytes() for p in (folder / "second" / "models").iterdir()
    }


def test_the_models_of_a_sweep_are_in_the_teams_format(swept):
    from orbitsens.model import load_model

    folder, _ = swept
    for path in (folder / "store" / "models").glob("*.eqx"):
        model, config, _ = load_model(path)
        assert config["parameters"]["width"] == 8
        assert model.func.mlp.width_size == 8
        assert (model.rtol, model.atol) == (1e-6, 1e-8)


@pytest.mark.parametrize("table", ["runs", "metrics", "history"])
def test_exports_have_run_ids_in_every_row(swept, table):
    folder, _ = swept
    out = folder / f"{table}.csv"
    runner("export", "--group", "tiny", "--table", table, "--format", "csv", "-o", out, folder=folder)
    rows = pd.read_csv(out)
    assert rows["run_id"].notna().all() and rows["run_id"].nunique() == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plan", "nowhere.yaml"], "cannot read this sweep file"),
        (["plan", SEEDS, "--set", "widht=3"], "did you mean 'width'"),
        (["sweep", SEEDS, "--set", "steps_strategy=[[1,2,3]]"], "steps_strategy has 3"),
        (["sync", "no-such-group"], "There are no W&B runs in|There is no W&B run of group"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(tmp_path, arguments, says):
    out = runner(*arguments, folder=tmp_path, check=False)
    assert out.returncode == 2
    assert re.search(says, out.stderr)
    assert len(out.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_a_signal_stops_cleanly_and_marks_the_runs_killed(tmp_path, number, code):
    (tmp_path / "tiny.yaml").write_text(TINY.replace("[[40, 20]]", "[[40, 400000]]"))
    sweep = subprocess.Popen(
        [sys.executable, "-m", "runner", "sweep", str(tmp_path / "tiny.yaml")],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"WANDB_DIR": str(tmp_path), "ORBITSENS_STORE": str(tmp_path / "store")},
    )
    deadline = time.monotonic() + 200
    while not list(Path(tmp_path).glob("wandb/offline-run-*/*.wandb")) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(3)
    sweep.send_signal(number)
    printed, _ = sweep.communicate(timeout=200)
    assert sweep.returncode == code
    assert "0 of 2 runs finished" in printed
    runs, history = frames(tmp_path / "store")
    assert list(runs["state"]) == ["killed", "killed"]
    assert len(history) > 0


def test_without_a_file_it_says_that_it_runs_the_quickstart(tmp_path):
    out = runner("sweep", "--set", "width=0", folder=tmp_path, check=False)
    assert "this runs the quickstart" in out.stdout
    assert out.returncode == 2
