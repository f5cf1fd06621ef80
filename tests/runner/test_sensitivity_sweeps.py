"""Every choice of the note's sensitivities through plan, training, W&B and store: no run is lost silently."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from orbitsens.config import choices
from store import queries
from store.connect import read_catalogue
from store.filters import of_group

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
APP = Path(__file__).resolve().parents[2] / "app.py"
SHORT = """
wandb: {{group: choices}}
data: {{dataset_name: [{dataset}]}}
parameters:
  width: 4
  depth: 1
  steps_strategy: [[4]]
  lr_strategy: [[0.001]]
  batch_size: 32
  eval_every: 2
"""


def runner(command, folder, *options):
    out = subprocess.run(
        [sys.executable, "-m", "runner", command, str(folder / "sweep.yaml"), *options],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"WANDB_DIR": str(folder), "ORBITSENS_STORE": str(folder / "store")},
    )
    assert out.returncode == 0, out.stderr
    return out.stdout


@pytest.fixture
def swept(tmp_path, monkeypatch):
    """`swept(choice, dataset, instead)`: sweep the alternatives of `choice` (a line of YAML each), a row per run.

    `instead` has keys of the short file with other values.
    """
    monkeypatch.setenv("ORBITSENS_STORE", str(tmp_path / "store"))

    def sweep(choice, dataset="simple_TBP_planar_2_train", instead=()):
        text = SHORT.format(dataset=dataset) + "".join(f"  {line}\n" for line in choice)
        (tmp_path / "sweep.yaml").write_text(text)
        options = [option for text in instead for option in ("--set", text)]
        planned = json.loads(runner("plan", tmp_path, "--json", *options))["runs"]
        told = re.search(r"(\d+) of (\d+) runs finished", runner("sweep", tmp_path, *options))
        assert told and told[1] == told[2] == str(len(planned))
        with read_catalogue(tmp_path / "store") as con:
            rows = queries.run_metric(
                con, of_group("choices"), "acceleration_error", dataset.replace("_train", "_test"), "test"
            )
            details = [queries.run(con, key) for key in rows["run_key"]]
        assert sorted(detail.config_hash for detail in details) == sorted(run["config_hash"] for run in planned)
        # Two rows a run: evaluations after steps 2 and 4, whatever became of it.
        assert all(detail.n_history_rows >= 2 and detail.model_file for detail in details)
        assert_states_are_shown(rows)
        return rows

    return sweep


def assert_states_are_shown(rows):
    """A run is finished with a finite error, or diverged with a reason; and the app says how many of each there are."""
    diverged = rows[rows["state"] == "diverged"]
    finished = rows.drop(index=diverged.index)
    assert set(finished["state"]) <= {"finished"}
    assert finished["value"].lt(float("inf")).all()
    assert diverged["reason"].str.contains("not a finite number").all()
    home = AppTest.from_file(APP, default_timeout=120).run()
    counts = [f"{len(part)} {part['state'].iloc[0]}" for part in (finished, diverged) if len(part)]
    assert any(caption.value.startswith(", ".join(counts) + " · ") for caption in home.caption)
    page = home.switch_page("pages/seeding.py").run()
    assert not page.exception
    if len(finished):
        assert f"{len(finished)} of {len(rows)} matched run" in "\n".join(caption.value for caption in page.caption)
    if len(diverged):
        unused = page.dataframe[-1].value
        assert sorted(unused["run"]) == sorted(diverged["run_id"])
        assert unused["what the run says"].str.contains("not a finite number").all()


def listed(names):
    return f"[{', '.join(names)}]"


def test_every_feature_layer_with_every_output_layer(swept):
    layers = [f"feature_layer: {listed(choices.FEATURE_LAYERS)}", f"output_layer: {listed(choices.OUTPUT_LAYERS)}"]
    rows = swept(layers)
    pairs = set(zip(rows["feature_layer"], rows["output_layer"], strict=True))
    assert len(rows) == len(pairs) == len(choices.FEATURE_LAYERS) * len(choices.OUTPUT_LAYERS)
    assert (rows["state"] == "finished").mean() > 0.85


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("loss_fcn", choices.LOSSES),
        ("optimizer", choices.OPTIMIZERS),
        ("lr_schedule", choices.LR_SCHEDULES),
        ("parameter_average", choices.PARAMETER_AVERAGES),
        ("normalization", choices.NORMALIZATIONS),
        ("feature_transform", choices.FEATURE_TRANSFORMS),
        ("augmentation", choices.AUGMENTATIONS),
        ("solver_engine", choices.SOLVER_ENGINES),
        ("activation", choices.ACTIVATIONS),
    ],
)
@pytest.mark.parametrize("dataset", ["simple_TBP_planar_2_train", "complex_TBP_nonplanar_2_train"])
def test_every_other_choice(swept, key, names, dataset):
    rows = swept([f"{key}: {listed(names)}"], dataset)
    assert sorted(rows[key]) == sorted(names)
    assert set(rows["planar_constraint"]) == {"nonplanar" not in dataset}


def test_a_run_that_diverges_is_stored_and_shown_as_such(swept):
    rows = swept(["optimizer: sgd"], instead=["lr_strategy=[[1e30], [1e-5]]"])
    states = dict(zip(rows["lr_strategy"], rows["state"], strict=True))
    assert states == {"[1e+30]": "diverged", "[1e-05]": "finished"}


@pytest.mark.parametrize("length", [90, 180, 360])
def test_long_segments_of_eccentric_orbits(swept, length):
    rows = swept([f"segment_length_strategy: {length}"], "complex_TBP_planar_10_train")
    # Training begins far from the law, where a segment may ask for more steps than are allowed: the run says so.
    gave_up = rows["reason"].str.contains("solver gave up", na=False)
    assert ((rows["state"] == "finished") | gave_up).all()


def test_a_curriculum_of_windows(swept):
    curriculum = ["length_strategy: [[[0.0, 0.1], [0.0, 0.5], [0.0, 1.0]]]", "segment_length_strategy: 36"]
    rows = swept(curriculum)
    assert rows["length_strategy"].tolist() == ["[[0, 0.1], [0, 0.5], [0, 1]]"]
