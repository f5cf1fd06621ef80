"""Reading logged configs: ours come back as they were, old ones keep what they have, other programs' lose nothing."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from orbitsens.config import Data, Parameters, expand, is_seed, load_sweep_file, read_logged

OURS = {"orbitsens": {"config_hash": "c", "setting_hash": "s"}}


def named(config: dict[str, Any]) -> dict[str, Any]:
    known, extra = read_logged(config)
    assert not known.keys() & extra.keys()
    return known | extra


def test_a_logged_config_comes_back():
    run = expand(load_sweep_file(Path("runner/sweeps/sweep-seeds-v2.yaml")))[4]
    for logged in (run.logged(), run.logged() | OURS):
        known, extra = read_logged(logged)
        assert extra == {}
        assert Parameters(**{k: v for k, v in known.items() if k in Parameters.model_fields}) == run.parameters
        assert Data(**{k: v for k, v in known.items() if k in Data.model_fields}).dataset_name == run.data.dataset_name


def test_flat_and_nested_configs_read_the_same():
    nested = {"data": {"dataset_name": "complex_TBP_planar_1"}, "parameters": {"width": 32}, "wandb": {"group": "g"}}
    flat = {"dataset_name": "complex_TBP_planar_1", "width": 32}
    assert read_logged(nested) == read_logged(flat)


def test_missing_keys_stay_missing_and_refused_values_are_kept():
    known, extra = read_logged({"parameters": {"width": -3, "hidden_layers": 4, "depth": 2}})
    assert known == {"depth": 2}
    assert extra == {"width": -3, "hidden_layers": 4}


def test_words_that_name_a_section_are_keys_where_they_are_no_section():
    config = {"data": "leo", "parameters": "v2", "wandb": [1], "orbitsens": True}
    assert named(config) == config
    assert named({"data": "leo", "parameters": {"width": 8}}) == {"data": "leo", "width": 8}


def test_sections_of_another_program_become_dotted_keys():
    config = {
        "wandb": {"project": "p"},
        "data": {"seed": 0, "dataset_name": "x"},
        "model": {"width": 64, "act": "gelu"},
    }
    assert read_logged(config) == (
        {},
        {"wandb.project": "p", "data.seed": 0, "data.dataset_name": "x", "model.width": 64, "model.act": "gelu"},
    )


def test_lists_stay_one_value_and_empty_sections_are_kept():
    config = {"optim": {"betas": [0.9, {"a": 1}], "extra": {}}, "callbacks": {}}
    assert named(config) == {"optim.betas": [0.9, {"a": 1}], "optim.extra": {}, "callbacks": {}}


def test_a_section_and_a_dotted_key_of_one_name_are_both_kept():
    config = {"optim.lr": 1e-3, "optim": {"lr": 1e-4}, "a": {"b.c": 1, "b": {"c": 2}}, "a.b": {"c": 3}, "a.b.c": 4}
    assert named(config) == {
        "optim.lr": 1e-3,
        "optim[lr]": 1e-4,
        "a.b.c": 4,
        "a[b][c]": 2,
        "a[b.c]": 1,
        "a.b[c]": 3,
    }


def test_a_key_at_the_top_and_one_of_a_section_are_both_kept():
    config = {
        "seed": 100,
        "width": 128,
        "data": {"dataset_name": "flights", "seed": 0},
        "parameters": {"width": 32, "depth": 2},
    }
    assert read_logged(config) == (
        {"seed": 100, "width": 128, "dataset_name": "flights", "depth": 2},
        {"data.seed": 0, "parameters.width": 32},
    )


def test_what_orbitsens_trained_with_comes_before_a_key_that_was_added_at_the_top():
    config = {"seed": 5, "parameters": {"seed": 3}, **OURS}
    assert read_logged(config) == ({"seed": 3}, {"config.seed": 5})


def test_a_key_of_both_sections_belongs_to_its_own():
    config = {"data": {"width": 1, "dataset_name": "a"}, "parameters": {"width": 2, "dataset_name": "b"}}
    assert read_logged(config) == (
        {"width": 2, "dataset_name": "a"},
        {"data.width": 1, "parameters.dataset_name": "b"},
    )


@pytest.mark.parametrize("order", list(itertools.permutations(["a", "a.b", "a[b]"])))
def test_the_order_of_a_config_does_not_matter(order: tuple[str, ...]):
    config = {"a": {"b": 1}, "a.b": 2, "a[b]": 3}
    assert named({key: config[key] for key in order}) == {"a.b": 2, "a[b]": 3, "a[b]*": 1}


@pytest.mark.parametrize(
    ("key", "value"),
    [("batch_size", True), ("weight_decay", False), ("lr_strategy", [True, 0.1]), ("planar_constraint", 0),
     ("planar_constraint", 1.0), ("length_strategy", [[0, True]]), ("seed", True)],
)  # fmt: skip
def test_truths_are_not_numbers_and_numbers_not_truths(key: str, value: object):
    known, extra = read_logged({key: value})
    assert known == {}
    assert extra[key] is value


@pytest.mark.parametrize(
    ("key", "value"),
    [("planar_constraint", True), ("planar_constraint", "false"), ("batch_size", "32"), ("width", 32.0)],
)
def test_what_can_only_mean_one_thing_is_read(key: str, value: object):
    known, extra = read_logged({key: value})
    assert extra == {}
    assert known[key] == {"planar_constraint": value is True, "batch_size": 32, "width": 32}[key]


@pytest.mark.parametrize("key", ["seed", "split_seed", "train.seed", "a.b.init_seed", "optim[seed]", "config.seed"])
def test_a_seed_is_a_key_whose_last_part_is_one_of_ours(key: str):
    assert is_seed(key)


@pytest.mark.parametrize("key", ["random_seed", "seeds", "seed.value", "train.seedling", "", "data"])
def test_nothing_else_is_a_seed(key: str):
    assert not is_seed(key)
