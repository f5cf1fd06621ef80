"""A sweep file's runs, and the one sentence that each mistake gets."""

from pathlib import Path

import pytest

from orbitsens.config import ConfigError, expand, load_sweep_file

SEEDS = Path("runner/sweeps/sweep-seeds-v2.yaml")
HEAD = "wandb: {group: g}\ndata: {dataset_name: complex_TBP_planar_10_train}\nparameters:\n"


def runs_of(tmp_path, parameters="  seed: 0\n", head=HEAD, overrides=()):
    path = tmp_path / "sweep.yaml"
    path.write_text(head + parameters)
    return expand(load_sweep_file(path), overrides)


def stages_of(tmp_path, parameters):
    return [run.parameters.stages for run in runs_of(tmp_path, parameters)]


def test_the_note_expands_to_twenty_seeds():
    runs = expand(load_sweep_file(SEEDS))
    assert [run.parameters.seed for run in runs] == list(range(20))
    assert len({run.setting for run in runs}) == 1
    assert len({run.hash for run in runs}) == 20
    first, second = runs[0].parameters.stages
    assert (first.learning_rate, first.steps, second.learning_rate, second.steps) == (0.001, 1000, 0.0001, 500)
    assert first.segment_length == second.segment_length == 4
    assert runs[0].data.test_name == "complex_TBP_planar_10_test"


def test_defaults_are_the_notes_config(tmp_path):
    note, plain = expand(load_sweep_file(SEEDS))[3], runs_of(tmp_path, "  seed: 3\n")[0]
    assert plain.parameters == note.parameters
    assert plain.hash == note.hash


def test_lists_are_a_product_in_the_order_of_the_file(tmp_path):
    runs = runs_of(tmp_path, "  width: [16, 32]\n  seed: [0, 1, 2]\n")
    assert [(r.parameters.width, r.parameters.seed) for r in runs] == [(w, s) for w in (16, 32) for s in (0, 1, 2)]


@pytest.mark.parametrize(
    ("text", "learning_rates"),
    [
        ("lr_strategy: 0.01", [[0.01, 0.01]]),
        ("lr_strategy: [0.001, 0.0001]", [[0.001, 0.001], [0.0001, 0.0001]]),
        ("lr_strategy: [[0.001, 0.0001]]", [[0.001, 0.0001]]),
        ("lr_strategy: [[0.001, 0.0001], [0.001]]", [[0.001, 0.0001], [0.001, 0.001]]),
        ("lr_strategy: [[1e-3, 1E-4]]", [[0.001, 0.0001]]),
        ("lr_strategy: [['1e-3', '1e-4']]", [[0.001, 0.0001]]),
    ],
)
def test_learning_rates_nest_one_level_deeper(tmp_path, text, learning_rates):
    stages = stages_of(tmp_path, f"  {text}\n")
    assert [[s.learning_rate for s in run] for run in stages] == learning_rates


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("[0.0, 0.5]", [[(0.0, 0.5)] * 2]),
        ("[[0, 1], [0, 1]]", [[(0.0, 1.0)] * 2]),
        ("[[0, 0.5], [0, 1]]", [[(0.0, 0.5), (0.0, 1.0)]]),
        ("[[[0.0, 1.0]]]", [[(0.0, 1.0)] * 2]),
        ("[[[0.0, 1.0]], [[0.0, 0.5], [0.0, 1.0]]]", [[(0.0, 1.0)] * 2, [(0.0, 0.5), (0.0, 1.0)]]),
    ],
)
def test_windows_nest_one_level_deeper_still(tmp_path, text, windows):
    assert [[s.window for s in run] for run in stages_of(tmp_path, f"  length_strategy: {text}\n")] == windows


def test_segment_lengths_as_in_the_domain_page(tmp_path):
    stages = stages_of(tmp_path, "  segment_length_strategy: [[4], [18], [36]]\n")
    assert [[s.segment_length for s in run] for run in stages] == [[4, 4], [18, 18], [36, 36]]


def test_a_window_keeps_samples_floor_to_ceil(tmp_path):
    stage = stages_of(tmp_path, "  segment_length_strategy: [[10]]\n  length_strategy: [[[0.25, 0.31]]]\n")[0][0]
    assert (stage.sample_range, stage.n_samples) == ((2, 4), 2)
    exact = stages_of(tmp_path, "  segment_length_strategy: [[10]]\n  length_strategy: [[[0.0, 0.3]]]\n")[0][0]
    assert exact.sample_range == (0, 3)


def test_broadcast_schedules_are_the_same_run(tmp_path):
    short = runs_of(tmp_path, "  segment_length_strategy: [[4]]\n")[0]
    long = runs_of(tmp_path, "  segment_length_strategy: [[4, 4]]\n")[0]
    assert short.hash == long.hash


def test_hashes_stay_what_they_were(tmp_path):
    # A stored hash must find its run in any later version: a new key or a new default may not change it.
    assert runs_of(tmp_path, "  seed: 7\n  width: 32\n")[0].hash == "172fb659b97b33ab"


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ("  widht: 3\n", r"parameters\.widht: unknown key \(did you mean 'width'\?\)"),
        ("  test_file: a.npz\n", r"parameters\.test_file: unknown key \(it is a key of 'data'\)"),
        ("  width: 0\n", r"parameters\.width: has to be at least 1, got 0 \(units of each hidden layer"),
        ("  width: abc\n", r"parameters\.width: write a whole number, got \"abc\""),
        ("  width: 2.5\n", r"parameters\.width: write a whole number, got 2\.5"),
        ("  width: [[16, 32]]\n", r"parameters\.width: write a whole number, got \[16, 32\]"),
        ("  width: null\n", r"parameters\.width: write a whole number, got null"),
        ("  width: true\n", r"parameters\.width: true and false are not allowed"),
        ("  rtol: -1\n", r"parameters\.rtol: has to be above 0, got -1"),
        ("  rtol: .nan\n", r"parameters\.rtol: write a finite number, got NaN"),
        (
            "  train_val_split: 1.5\n",
            r"train_val_split: has to be at most 1, got 1\.5 \(share of the orbits",
        ),
        ("  train_val_split: 0.01\n", r"train_val_split: 0.01 of the orbits leaves none"),
        ("  num_trajs: 0\n", r"^parameters\.num_trajs: write -1 for all orbits, or a number from 1, got 0\.$"),
        ("  num_trajs: 11\n", r"num_trajs: 11 orbits asked for, but complex_TBP_planar_10_train has 10"),
        ("  segment_length_strategy: [[361]]\n", r"segment_length_strategy: a segment of 361 samples is longer"),
        ("  segment_length_strategy: 1\n", r"segment_length_strategy, entry 1: has to be at least 2, got 1"),
        (
            "  length_strategy: [[[0.5, 0.2]]]\n",
            r"strategy, entry 1: .*0 <= start < end <= 1, got \[0\.5, 0\.2\]",
        ),
        ("  length_strategy: [[0.1, 0.2, 0.3]]\n", r"entry 1: a window is \[start, end\]"),
        ("  length_strategy: [0.1]\n", r"entry 1: a window is \[start, end\]"),
        ("  length_strategy: 0.5\n", r"length_strategy: write a list of alternatives"),
        ("  length_strategy: [[[0.0, 0.1]]]\n", r"length_strategy: the window .* keeps fewer than 2 samples"),
        ("  lr_strategy: [[[0.1]]]\n", r"lr_strategy: nested too deep"),
        ("  lr_strategy: [[]]\n", r"lr_strategy: write at least one entry"),
        ("  lr_strategy: null\n", r"lr_strategy: write a list, got null"),
        ("  lr_strategy: [[0.1, 0]]\n", r"lr_strategy, entry 2: has to be above 0, got 0"),
        ("  steps_strategy: [[1, 2, 3]]\n", r"lr_strategy has 2 by default, steps_strategy has 3; give each"),
        ("  seed: [1, 2, 1]\n", r"Runs 1 and 3 of this sweep are the same \(seed 1 .*seed \(1 and 1\) mean the same"),
        (
            "  width: [8, 9]\n  rtol: [1e-3, 0.001]\n",
            r"Runs 1 and 2 .*two alternatives of parameters\.rtol \(0\.001",
        ),
        ("  activation: [silu, tanh, swish]\n", r"Runs 1 and 3 .*activation \('silu' and 'swish'\) mean the same"),
        ("  segment_length_strategy: [[4], [4, 4]]\n", r"segment_length_strategy \(\[4\] and \[4, 4\]\) mean the same"),
        ("  seed: []\n", r"parameters\.seed: an empty list"),
        ("  activation: swash\n", r"parameters\.activation: unknown name 'swash' \(did you mean 'swish'\?\)"),
        ("  width: 3\n  width: 4\n", r"not valid YAML at line 5, column 3: the key \"width\" stands twice\.$"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_path(tmp_path, parameters, says):
    with pytest.raises(ConfigError, match=says) as caught:
        runs_of(tmp_path, parameters)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("parameters:\n", "wandb: this section is required"),
        (HEAD.replace("wandb:", "wandbb:"), r"wandbb: unknown section \(did you mean 'wandb'\?\)"),
        (HEAD.replace("complex_TBP", "comlex_TBP"), "data.dataset_name: .*did you mean 'complex'"),
        (HEAD.replace("complex_TBP_planar_10", "complex_TBP_planar_0"), "needs at least 1 orbit, got 0[.]$"),
        (HEAD.replace("complex_TBP_planar_10_train", "[]"), "^data.dataset_name: an empty list"),
        (HEAD.replace("{group: g}", "{group: g, tags: 3}"), "wandb.tags: write a list, got 3"),
        (HEAD.replace("group: g", "group: ''"), "wandb.group: write at least one character"),
        ("- 1\n", "this one holds no mapping|not valid YAML"),
    ],
)
def test_mistakes_of_the_sections(tmp_path, head, says):
    with pytest.raises(ConfigError, match=says):
        runs_of(tmp_path, head=head)


def test_unknown_keys_are_kept_where_the_file_allows_them(tmp_path):
    runs = runs_of(tmp_path, "  colour: [red, blue]\n", head="allow_unknown: true\n" + HEAD)
    assert [run.logged()["parameters"]["colour"] for run in runs] == ["red", "blue"]
    assert runs[0].setting != runs[1].setting


def test_unknown_keys_of_the_wandb_section_have_nowhere_to_be_kept(tmp_path):
    with pytest.raises(ConfigError, match=r'^wandb\.colour: this section takes no other keys, got "red"\.$'):
        runs_of(tmp_path, head="allow_unknown: true\n" + HEAD.replace("{group: g}", "{group: g, colour: red}"))


def test_overrides_replace_what_the_file_says(tmp_path):
    runs = runs_of(
        tmp_path, "  width: 8\n", overrides=["width=[16, 32]", "wandb.group=h", "data.dataset_name=single_TBP_planar_1"]
    )
    assert [run.parameters.width for run in runs] == [16, 32]
    assert (runs[0].wandb.group, runs[0].data.dataset_name) == ("h", "single_TBP_planar_1")
    with pytest.raises(ConfigError, match="write key=value"):
        runs_of(tmp_path, overrides=["width"])


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="cannot read this sweep file: No such file"):
        load_sweep_file(tmp_path / "no.yaml")
