"""The list `settings` of a sweep file: what is no product of alternatives."""

import pytest

from orbitsens.config import ConfigError, expand, load_sweep_file

FILE = """
wandb: {group: g}
data: {dataset_name: complex_TBP_planar_10_train}
parameters: {seed: [0, 1]}
settings:
"""


def runs_of(tmp_path, settings, overrides=(), file=FILE):
    path = tmp_path / "sweep.yaml"
    path.write_text(file + settings)
    return expand(load_sweep_file(path), list(overrides))


def test_each_setting_is_run_with_each_alternative_of_the_sections(tmp_path):
    runs = runs_of(
        tmp_path,
        """
  - {width: 8, lr_strategy: [0.01, 0.001]}
  - {width: 16, length_strategy: [[0.0, 1.0], [0.5, 1.0]]}
  - {width: 8, num_trajs: 3}
""",
    )
    found = [(run.parameters.width, run.parameters.num_trajs, run.parameters.seed) for run in runs]
    assert found == [(8, -1, 0), (8, -1, 1), (16, -1, 0), (16, -1, 1), (8, 3, 0), (8, 3, 1)]
    assert [stage.learning_rate for stage in runs[0].parameters.stages] == [0.01, 0.001]
    assert [stage.window for stage in runs[2].parameters.stages] == [(0.0, 1.0), (0.5, 1.0)]


def test_settings_may_name_the_data(tmp_path):
    runs = runs_of(
        tmp_path,
        "  - {dataset_name: simple_TBP_planar_1}\n  - {dataset_name: complex_TBP_nonplanar_1}\n",
        file=FILE.replace("{dataset_name: complex_TBP_planar_10_train}", "{}"),
    )
    assert [run.data.dataset_name for run in runs[::2]] == ["simple_TBP_planar_1", "complex_TBP_nonplanar_1"]
    assert [run.parameters.planar_constraint for run in runs[::2]] == [True, False]


def test_one_setting_is_the_same_run_as_in_the_sections(tmp_path):
    (run, _) = runs_of(tmp_path, "  - {width: 8}\n")
    (same,) = runs_of(tmp_path, "  - {seed: 0}\n", file=FILE.replace("seed: [0, 1]", "width: 8"))
    assert run.hash == same.hash


def test_data_are_fetched_once_for_all_settings(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(FILE + "  - {width: 8}\n  - {width: 16}\n")
    fetched = []

    def fetch(data, wandb):
        fetched.append((data.dataset_name, wandb.group))
        return data

    assert len(expand(load_sweep_file(path), fetch=fetch)) == 4
    assert fetched == [("complex_TBP_planar_10_train", "g")]


@pytest.mark.parametrize(
    ("settings", "overrides", "says"),
    [
        ("  width: 8\n", (), "settings: write a list, each entry one value for each of its keys"),
        ("  - 8\n", (), "settings: write a list"),
        ("  - {width: 8}\n  - {seed: 3}\n", (), "settings, entry 2: seed stands in 'parameters' as well"),
        ("  - {width: 8}\n", ("width=4",), "settings, entry 1: width stands in 'parameters' as well"),
        ("  - {dataset_name: a}\n", (), "settings, entry 1: dataset_name stands in 'data' as well"),
        ("  - {widht: 8}\n", (), r"settings, entry 1: widht is an unknown key \(did you mean 'width'\?\)"),
        ("  - {width: [8, 9]}\n", (), r"parameters\.width: write a whole number, got \[8, 9\]"),
        ("  - {width: 8}\n  - {width: 8}\n", (), r"Runs 1 and 3 .* alternatives of settings \({'width': 8} and"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path, settings, overrides, says):
    with pytest.raises(ConfigError, match=says) as caught:
        runs_of(tmp_path, settings, overrides)
    assert "\n" not in str(caught.value)
