"""Every choice of the note's sensitivities through plan, training, W&B and store: no run is lost silently."""

import os
import re
import subprocess
import sys

import pytest

from orbitsens.config import choices
from store import queries
from store.connect import read_catalogue

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
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


def swept(folder, choice, dataset="simple_TBP_planar_2_train"):
    """Sweep the alternatives of `choice` (a line of YAML each) and return one row per run of the store."""
    (folder / "sweep.yaml").write_text(SHORT.format(dataset=dataset) + "".join(f"  {line}\n" for line in choice))
    out = subprocess.run(
        [sys.executable, "-m", "runner", "sweep", str(folder / "sweep.yaml")],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"WANDB_DIR": str(folder), "ORBITSENS_STORE": str(folder / "store")},
    )
    assert out.returncode == 0, out.stderr
    n = int(re.search(r"(\d+) of (\d+) runs finished", out.stdout)[2])
    test = dataset.replace("_train", "_test")
    with read_catalogue(folder / "store") as con:
        rows = queries.run_metric(con, "choices", "acceleration_error", test, "test")
    assert len(rows) == n
    assert set(rows["state"]) <= {"finished", "diverged"}
    assert rows["value"].lt(float("inf"))[rows["state"] == "finished"].all()
    assert rows["reason"].notna()[rows["state"] == "diverged"].all()
    return rows


def listed(names):
    return f"[{', '.join(names)}]"


def test_every_feature_layer_with_every_output_layer(tmp_path):
    layers = [f"feature_layer: {listed(choices.FEATURE_LAYERS)}", f"output_layer: {listed(choices.OUTPUT_LAYERS)}"]
    rows = swept(tmp_path, layers)
    pairs = set(zip(rows["feature_layer"], rows["output_layer"], strict=True))
    assert len(rows) == len(pairs) == 70
    assert (rows["state"] == "finished").sum() > 60


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
def test_every_other_choice(tmp_path, key, names, dataset):
    rows = swept(tmp_path, [f"{key}: {listed(names)}"], dataset)
    assert sorted(rows[key]) == sorted(names)
    assert set(rows["planar_constraint"]) == {"nonplanar" not in dataset}


@pytest.mark.parametrize("length", [90, 180, 360])
def test_long_segments_of_eccentric_orbits(tmp_path, length):
    rows = swept(tmp_path, [f"segment_length_strategy: {length}"], "complex_TBP_planar_10_train")
    assert rows["value"].notna().all() or rows["reason"].str.contains("solver gave up").all()


def test_a_curriculum_of_windows(tmp_path):
    curriculum = ["length_strategy: [[[0.0, 0.1], [0.0, 0.5], [0.0, 1.0]]]", "segment_length_strategy: 36"]
    rows = swept(tmp_path, curriculum)
    assert rows["length_strategy"].tolist() == ["[[0, 0.1], [0, 0.5], [0, 1]]"]
