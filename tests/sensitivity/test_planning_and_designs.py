"""Planning: seeds by statsmodels' power, designs that are balanced, sweep files that expand to exactly those runs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower
from typer.testing import CliRunner, Result

from orbitsens.config import ConfigError, RunConfig, expand, load_sweep_file
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.design_check import tolerances
from orbitsens.sensitivity.designs import design
from orbitsens.sensitivity.planning import (
    as_difference,
    equivalence_power,
    factor_to_tell,
    seeds_per_arm,
    t_power,
)
from orbitsens.sensitivity.response import response
from orbitsens.sensitivity.sweep_files import setting_of, sweep_of, sweep_text
from orbitsens.sensitivity.terms import cells
from orbitsens.sensitivity.untangle import untangled
from runner.__main__ import app


@pytest.mark.parametrize("difference", [0.5, 1.0, 2.0])
def test_seeds_are_those_of_statsmodels_power(difference: float) -> None:
    unpaired = TTestIndPower().solve_power(effect_size=difference, alpha=0.05, power=0.8)
    assert seeds_per_arm(difference, 1.0) == int(np.ceil(unpaired))
    spread = np.sqrt(2 * (1 - 0.6))
    paired = TTestPower().solve_power(effect_size=difference / spread, alpha=0.05, power=0.8)
    assert seeds_per_arm(difference, 1.0, correlation=0.6) == int(np.ceil(paired))


@pytest.mark.parametrize("df", [1, 3, 20, 2000])
def test_power_grows_with_the_difference_and_is_a_number_also_far_out(df: int) -> None:
    power = t_power(np.linspace(0.01, 30.0, 500), df)
    assert np.isfinite(power).all() and (np.diff(power) >= -1e-9).all()
    assert power[0] == pytest.approx(0.05, abs=0.001) and power[-1] > 0.9


def test_seeds_are_the_first_number_with_enough_power() -> None:
    for difference in (0.3, 1.0, 5.239144537004293, 34.0):
        n = seeds_per_arm(difference, 1.0, correlation=0.3)
        shifts = difference / np.sqrt(2 * 0.7) * np.sqrt(np.arange(2, n + 1))
        power = t_power(np.minimum(shifts, 30.0), np.arange(1, n))
        assert power[-1] >= 0.8 and (power[:-1] < 0.8).all()


def test_shared_seeds_that_correlate_need_fewer_runs() -> None:
    uncorrelated = seeds_per_arm(1.0, 1.0, correlation=0.0)
    assert seeds_per_arm(1.0, 1.0, correlation=0.8) < uncorrelated / 2
    assert uncorrelated == pytest.approx(seeds_per_arm(1.0, 1.0), abs=1)


@pytest.mark.parametrize("arguments", [(0.0, 1.0), (1.0, 0.0), (1e-4, 1.0)])
def test_what_cannot_be_planned_is_a_sentence(arguments: tuple[float, float]) -> None:
    with pytest.raises(CannotSay):
        seeds_per_arm(*arguments)


@pytest.mark.parametrize(("log", "difference"), [(True, np.log10(1.25)), (False, 0.5)])
def test_a_difference_in_percent_is_that_of_the_metric(log: bool, difference: float) -> None:
    assert as_difference(25, log, 2.0) == pytest.approx(difference)


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


def planned(settings: list[dict[str, object]], seeds: list[int], folder: Path) -> list[RunConfig]:
    path = folder / "plan.yaml"
    path.write_text(sweep_text(sweep_of({"group": "more"}, settings, seeds)))
    return expand(load_sweep_file(path))


def which(run: RunConfig) -> tuple[int, int, int]:
    return run.parameters.width, run.parameters.depth, run.parameters.seed


def test_a_plan_is_one_sweep_file_with_exactly_those_runs(tmp_path: Path) -> None:
    runs = planned([SETTING, {**SETTING, "width": 64, "depth": 3}], [5, 6], tmp_path)
    assert [which(run) for run in runs] == [(16, 2, 5), (16, 2, 6), (64, 3, 5), (64, 3, 6)]
    for run in runs:
        assert run.parameters.length_strategy == ((0.0, 0.5), (0.0, 1.0))
        assert run.parameters.lr_strategy == (0.001, 0.0001)
        assert run.data.dataset_name == "simple_TBP_planar_10_train"


def test_a_plan_may_differ_in_schedules_and_data_and_in_what_is_left_open(tmp_path: Path) -> None:
    other = {**SETTING, "dataset_name": "complex_TBP_planar_10_train", "steps_strategy": [4, 3], "gradient_clip": None}
    runs = planned([SETTING, other], [0], tmp_path)
    assert [run.data.dataset_name for run in runs] == ["simple_TBP_planar_10_train", "complex_TBP_planar_10_train"]
    assert [run.parameters.steps_strategy for run in runs] == [(20, 10), (4, 3)]


def test_a_plan_of_one_setting_needs_no_list(tmp_path: Path) -> None:
    assert [which(run) for run in planned([SETTING], [0, 1], tmp_path)] == [(16, 2, 0), (16, 2, 1)]
    assert "settings" not in (tmp_path / "plan.yaml").read_text()


def test_a_setting_comes_back_from_a_row_of_the_store() -> None:
    row = {"width": np.int64(16), "lr_strategy": "[0.001,0.0001]", "seed": 3, "depth": None, "num_total_orbits": 10}
    assert setting_of(row) == {"width": 16, "lr_strategy": [0.001, 0.0001]}


def test_epochs_come_back_without_the_steps_that_they_came_to(tmp_path: Path) -> None:
    (trained,) = planned([{"dataset_name": "complex_TBP_planar_10_train", "epochs_strategy": [2, 3]}], [0], tmp_path)
    row = {"dataset_name": trained.data.dataset_name, "epochs_strategy": "[2,3]", "steps_strategy": "[28,42]"}
    (again,) = planned([setting_of(row)], [0], tmp_path)
    assert again.hash == trained.hash


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


def chosen_from(space: str, folder: Path, *arguments: str) -> tuple[Result, list[RunConfig]]:
    file, to = folder / "space.yaml", folder / "design.yaml"
    file.write_text(space)
    done = CliRunner().invoke(app, ["design", str(file), *arguments, "-o", str(to)])
    return done, expand(load_sweep_file(to)) if to.exists() else []


def test_the_design_command_writes_one_sweep_file_of_exactly_those_runs(tmp_path: Path) -> None:
    done, runs = chosen_from(SPACE, tmp_path, "--runs", "6", "--seeds", "2")
    assert done.exit_code == 0, done.output
    assert "6 settings of 3 parameters times 2 seeds = 12 runs" in done.output
    assert len({run.hash for run in runs}) == len(runs) == 12
    assert len({run.setting for run in runs}) == 6
    assert {run.parameters.seed for run in runs} == {0, 1}
    assert {run.parameters.width for run in runs} == {16, 32, 64}
    assert {run.parameters.lr_strategy for run in runs} == {(0.001,), (0.01,)}
    again = CliRunner().invoke(
        app, ["design", str(tmp_path / "space.yaml"), "--runs", "6", "-o", str(tmp_path / "design.yaml")]
    )
    assert isinstance(again.exception, ConfigError)
    assert "is there already" in str(again.exception)


def test_a_design_keeps_the_seeds_of_the_file_and_takes_its_settings_together(tmp_path: Path) -> None:
    together = "settings:\n  - {optimizer: adam}\n  - {optimizer: sgd, momentum: 0.5}\n"
    done, runs = chosen_from(
        SPACE.replace("seed: [0", "split_seed: [7, 8]\n  seed: [0") + together, tmp_path, "--runs=8"
    )
    assert "8 settings of 4 parameters times 6 seeds = 48 runs" in done.output
    assert {(run.parameters.seed, run.parameters.split_seed) for run in runs} == {
        (s, p) for s in range(3) for p in (7, 8)
    }
    assert {(run.parameters.optimizer, run.parameters.momentum) for run in runs} == {("adam", 0.9), ("sgd", 0.5)}


def test_a_mistake_in_the_space_is_a_sentence_and_writes_nothing(tmp_path: Path) -> None:
    done, _ = chosen_from(SPACE.replace("[0.01]", "[-1]"), tmp_path, "--runs", "6")
    assert isinstance(done.exception, ConfigError)
    assert "lr_strategy" in str(done.exception)
    assert not (tmp_path / "design.yaml").exists()


SCREENING = [2, 3, 4, 2, 2, 5, 3, 2, 2, 4, 3, 2]


def test_the_parameters_of_a_screening_design_can_be_told_apart() -> None:
    chosen, _ = design(SCREENING, 64)
    runs = pd.DataFrame(chosen, columns=[f"p{i}" for i in range(len(SCREENING))]).astype(str)
    table = runs.assign(setting_hash=runs.agg("".join, axis=1), seed=0, state="finished", value=np.arange(1.0, 65.0))
    found = response(table.assign(run_key=table.index.astype(str)), [f"p{i}" for i in range(len(SCREENING))])
    assert (tolerances(cells(found))["tolerance"] > 0.95).all()


def test_untangling_exchanges_and_never_replaces() -> None:
    rng = np.random.default_rng(0)
    tangled = np.repeat(rng.integers(0, 4, size=(32, 1)), 3, axis=1)
    apart = untangled(tangled, [4, 4, 4])
    np.testing.assert_array_equal(np.sort(apart, axis=0), np.sort(tangled, axis=0))
    assert np.abs(np.corrcoef(apart.T) - np.eye(3)).max() < 0.1


def test_a_plan_for_unequal_spreads_is_that_of_welchs_test_by_simulation() -> None:
    n = seeds_per_arm(1.0, (0.5, 1.5))
    rng = np.random.default_rng(0)
    a, b = 0.5 * rng.normal(size=(n, 4000)), 1.0 + 1.5 * rng.normal(size=(n, 4000))
    found = (stats.ttest_ind(a, b, equal_var=False).pvalue < 0.05).mean()
    assert 0.78 <= found <= 0.9


def test_a_plan_for_several_settings_is_that_of_the_f_test_by_simulation() -> None:
    n = seeds_per_arm(1.0, 1.0, settings=4)
    rng = np.random.default_rng(0)
    mean = np.array([0.0, 0.5, 0.5, 1.0])[:, None, None]
    groups = mean + rng.normal(size=(4, n, 3000))
    found = (stats.f_oneway(*groups, axis=0).pvalue < 0.05).mean()
    assert 0.78 <= found <= 0.86
    assert n > seeds_per_arm(1.0, 1.0)
