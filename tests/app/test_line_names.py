"""What compared runs and settings are called in a legend and in a tip."""

from pathlib import Path

import pandas as pd
import pytest

from orbitsens.sensitivity.settings import value_texts
from pages.shared.runs.differences import Compared, compare
from pages.shared.runs.line_names import banded, fitted, run_lines, run_tips, setting_lines, setting_tips, short_values
from store.connect import read_catalogue
from store.run_queries import compared_extras, compared_runs
from tests.factories import filled_store, run_record


def compared(folder: Path, records: list) -> Compared:  # type: ignore[type-arg]
    filled_store(folder, records)
    keys = [f"{r.entity}/{r.project}/{r.run_id}" for r in records]
    with read_catalogue(folder) as con:
        return compare(compared_runs(con, keys), compared_extras(con, keys))


def test_seeds_of_one_setting_are_lines_of_their_own(tmp_path: Path) -> None:
    found = compared(tmp_path, [run_record(seed, run_id=f"r{seed}") for seed in (16, 3)])
    assert [tuple(line) for line in run_lines(found).values()] == [("seed 3 · r3",) * 2, ("seed 16 · r16",) * 2]
    assert run_tips(found) == {"seed 3 · r3": "seed 3", "seed 16 · r16": "seed 16"}
    assert {line.series for line in setting_lines(found).values()} == {"all runs"}
    assert setting_tips(found) == {"all runs": "all runs, median of 2 runs"}


def test_settings_are_called_by_what_differs(tmp_path: Path) -> None:
    records = [run_record(0, run_id=f"r{width}", parameters={"width": width}) for width in (8, 16)]
    found = compared(tmp_path, records)
    assert [line.series for line in run_lines(found).values()] == ["width 8 · seed 0 · r8", "width 16 · seed 0 · r16"]
    assert list(run_tips(found).values()) == ["width 8", "width 16"]
    assert setting_tips(found) == {"width 8": "width 8", "width 16": "width 16"}


def test_a_tip_has_the_seed_where_settings_alone_tell_no_runs_apart(tmp_path: Path) -> None:
    records = [run_record(s, run_id=f"r{w}-{s}", parameters={"width": w}) for w in (8, 16) for s in (0, 1)]
    found = compared(tmp_path, records)
    assert list(run_tips(found).values()) == [f"width {w}, seed {s}" for w in (8, 16) for s in (0, 1)]


def test_two_runs_of_a_seed_have_their_ids_in_the_tip(tmp_path: Path) -> None:
    found = compared(tmp_path, [run_record(0, run_id="a"), run_record(0, run_id="b", group="other")])
    assert list(run_tips(found).values()) == ["seed 0 · a", "seed 0 · b"]


def test_settings_of_many_parameters_keep_short_names(tmp_path: Path) -> None:
    other = {"width": 8, "depth": 1, "batch_size": 16, "activation": "tanh", "loss_fcn": "percent_error"}
    found = compared(tmp_path, [run_record(0, run_id="a"), run_record(0, run_id="b", parameters=other)])
    names = [line.series for line in setting_lines(found).values()]
    assert len(set(names)) == 2 and "base" in names


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (["complex_TBP_planar_100_train", "simple_TBP_planar_10_train"], ["complex_100", "simple_10"]),
        (["complex_TBP_planar_100_train", "complex_TBP_planar_10_train"], ["complex_100", "complex_10"]),
        (["silu", "leaky_relu"], ["silu", "leaky_relu"]),
        (["percent_error", "mean_squared_error"], ["percent_error", "mean_squared_error"]),
        ([8, 16], ["width 8", "width 16"]),
        ([True, False], ["width true", "width false"]),
        (["[4]", "[18]"], ["width [4]", "width [18]"]),
        (["silu", None], ["width silu", "width (unset)"]),
    ],
)
def test_values_are_written_in_few_letters(values: list[object], texts: list[str]) -> None:
    assert short_values(value_texts(pd.Series(values, dtype=object)), "width") == texts


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("width 8", "width 8"),
        ("width 128 · depth 2 · activation silu", "width 128 · depth 2 + 1"),
        ("learning rate [0.001, 0.0001] · depth 2", "2 differences"),
        ("activation silu · output layer mlp_4D_logmag_unit_exp", "activation silu + 1"),
    ],
)
def test_a_setting_has_room_in_a_narrow_legend(name: str, short: str) -> None:
    assert fitted(name, 24) == short


@pytest.mark.parametrize(
    ("sizes", "wanted"), [([2], False), ([5], True), ([1, 1], False), ([5, 4], False), ([1, 20], True)]
)
def test_bands_need_five_runs_a_setting(sizes: list[int], wanted: bool) -> None:
    assert banded(sizes) is wanted
