"""Planning: seeds by statsmodels' power, designs that are balanced, sweep files that expand to exactly those runs."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower
from typer.testing import CliRunner

from orbitsens.config import ConfigError, expand, load_sweep_file
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.designs import design
from orbitsens.sensitivity.planning import equivalence_power, factor_to_tell, seeds_per_arm, t_power
from orbitsens.sensitivity.sweep_files import setting_of, sweep_texts
from runner.__main__ import app


@pytest.mark.parametrize("difference", [0.5, 1.0, 2.0])
def test_seeds_are_those_of_statsmodels_power(difference: float) -> None:
    unpaired = TTestIndPower().solve_power(effect_size=difference, alpha=0.05, power=0.8)
    assert seeds_per_arm(difference, 1.0) == int(np.ceil(unpaired))
    spread = np.sqrt(2 * (1 - 0.6))
    paired = TTestPower().solve_power(effect_size=difference / spread, alpha=0.05, power=0.8)
    assert seeds_per_arm(difference, 1.0, correlation=0.6) == int(np.ceil(paired))


def test_shared_seeds_that_correlate_need_fewer_runs() -> None:
    uncorrelated = seeds_per_arm(1.0, 1.0, correlation=0.0)
    assert seeds_per_arm(1.0, 1.0, correlation=0.8) < uncorrelated / 2
    assert uncorrelated == pytest.approx(seeds_per_arm(1.0, 1.0), abs=1)


@pytest.mark.parametrize("arguments", [(0.0, 1.0), (1.0, 0.0), (1e-4, 1.0)])
def test_what_cannot_be_planned_is_a_sentence(arguments: tuple[float, float]) -> None:
    with pytest.raises(CannotSay):
        seeds_per_arm(*arguments)


def test_equivalence_power_is_that_of_a_simulation() -> None:
    rng = np.random.default_rng(0)
    n, margin = 30, 1.0
    x = rng.normal(size=(4000, 2, n))
    difference = x[:, 0].mean(axis=1) - x[:, 1].mean(axis=1)
    se = np.sqrt(x.var(axis=2, ddof=1).mean(axis=1) * 2 / n)
    shown = np.abs(difference) + stats.t.ppf(0.95, 2 * n - 2) * se < margin
    assert equivalence_power(margin / np.sqrt(2 / n), 2 * n - 2) == pytest.approx(shown.mean(), abs=0.03)


def test_the_factor_to_tell_gives_both_tests_their_power() -> None:
    factor = factor_to_tell(1.0, 8, 1.0, 0.05)
    shift = np.sqrt(factor)
    assert t_power(shift, 8 * factor) >= 0.8
    assert equivalence_power(shift, 8 * factor) >= 0.8
    assert factor < 15
    assert factor_to_tell(1.0, 8, 1e-3, 0.05) == float("inf")


def test_a_fraction_is_orthogonal_and_clear_of_pairs_where_it_can_be() -> None:
    chosen, kind = design([2] * 6, 16)
    assert kind == "two-level fractional factorial 2^(6-2)"
    signs = 2 * chosen - 1
    np.testing.assert_array_equal(signs.T @ signs, 16 * np.eye(6))
    for i in range(6):
        for j in range(i):
            pair = signs[:, i] * signs[:, j]
            assert (np.abs(signs.T @ pair)[[k for k in range(6) if k not in (i, j)]] == 0).all()


@pytest.mark.parametrize(("levels", "n"), [([3, 4, 2, 5], 24), ([2, 3], 5), ([10] * 8, 40)])
def test_a_space_filling_design_is_distinct_and_about_balanced(levels: list[int], n: int) -> None:
    chosen, kind = design(levels, n)
    assert "space-filling" in kind
    assert len(np.unique(chosen, axis=0)) == n == len(chosen)
    for column, k in zip(chosen.T, levels, strict=True):
        counts = np.bincount(column, minlength=k)
        assert counts.max() - counts.min() <= max(3, n // k // 2)
    np.testing.assert_array_equal(chosen, design(levels, n)[0])


def test_all_combinations_are_a_full_factorial() -> None:
    assert design([2, 3], 6)[1] == "full factorial"
    with pytest.raises(ConfigError, match="6 settings"):
        design([2, 3], 7)


SETTING = {
    "dataset_name": "simple_TBP_planar_10_train",
    "width": 16,
    "depth": 2,
    "lr_strategy": [0.001, 0.0001],
    "steps_strategy": [20, 10],
    "length_strategy": [[0.0, 0.5], [0.0, 1.0]],
}


def runs_of(texts: list[str], folder: Path) -> list[tuple[int, int, int]]:
    found = []
    for i, text in enumerate(texts):
        path = folder / f"{i}.yaml"
        path.write_text(text)
        found += [
            (run.parameters.width, run.parameters.depth, run.parameters.seed) for run in expand(load_sweep_file(path))
        ]
    return sorted(found)


def test_a_difference_in_one_key_is_one_sweep_file_with_exactly_those_runs(tmp_path: Path) -> None:
    texts = sweep_texts({"group": "more"}, [SETTING, {**SETTING, "width": 64}], [5, 6])
    assert len(texts) == 1
    assert runs_of(texts, tmp_path) == [(16, 2, 5), (16, 2, 6), (64, 2, 5), (64, 2, 6)]
    run = expand(load_sweep_file(tmp_path / "0.yaml"))[0].parameters
    assert run.length_strategy == ((0.0, 0.5), (0.0, 1.0))
    assert run.lr_strategy == (0.001, 0.0001)


def test_settings_that_are_no_product_take_several_files(tmp_path: Path) -> None:
    texts = sweep_texts({"group": "more"}, [SETTING, {**SETTING, "width": 64, "depth": 3}], [0])
    assert runs_of(texts, tmp_path) == [(16, 2, 0), (64, 3, 0)]


def test_a_setting_comes_back_from_a_row_of_the_store() -> None:
    row = {"width": np.int64(16), "lr_strategy": "[0.001,0.0001]", "seed": 3, "depth": None, "num_total_orbits": 10}
    assert setting_of(row) == {"width": 16, "lr_strategy": [0.001, 0.0001]}


SPACE = """
wandb: {group: space}
data: {dataset_name: [simple_TBP_planar_10_train]}
parameters:
  width: [16, 32, 64]
  depth: [1, 2, 3]
  lr_strategy: [[0.001], [0.01]]
  steps_strategy: [[20]]
  seed: [0, 1, 2]
"""


def test_the_design_command_writes_sweep_files_of_exactly_those_runs(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    file.write_text(SPACE)
    done = CliRunner().invoke(app, ["design", str(file), "--runs", "6", "--seeds", "2"])
    assert done.exit_code == 0, done.output
    assert "6 settings times 2 seeds = 12 runs" in done.output
    runs = [run for path in sorted((tmp_path / "space-design").iterdir()) for run in expand(load_sweep_file(path))]
    assert len({run.hash for run in runs}) == 12
    assert len({run.setting for run in runs}) == 6
    again = CliRunner().invoke(app, ["design", str(file), "--runs", "6"])
    assert isinstance(again.exception, ConfigError)
    assert "is not empty" in str(again.exception)
