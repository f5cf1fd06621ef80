"""Which models the Generalisation page shows unasked, what they are called, and who their siblings are."""

import pandas as pd

from pages.shared.grids.model_choice import all_seeds, labelled, usual


def models() -> pd.DataFrame:
    """The newest first: a study of one run, then a comparison of two settings with two seeds each, then an old run."""
    rows = [
        ("new", "size", "complex_TBP_planar_10_train", 0, 32, "s"),
        ("b1", "pair", "simple_TBP_planar_10_train", 1, 64, "b"),
        ("b0", "pair", "simple_TBP_planar_10_train", 0, 64, "b"),
        ("a1", "pair", "complex_TBP_planar_100_train", 1, 64, "a"),
        ("a0", "pair", "complex_TBP_planar_100_train", 0, 64, "a"),
        ("old", "seeds", "complex_TBP_planar_100_train", 0, 64, "a"),
    ]
    table = pd.DataFrame(rows, columns=["run_key", "group", "dataset_name", "seed", "width", "setting_hash"])
    return table.assign(run_id=table["run_key"], model_sha256="sum of " + table["run_key"])


def test_unasked_are_the_settings_of_the_newest_group_that_was_evaluated() -> None:
    assert usual(models(), {f"sum of {key}" for key in ("a0", "a1", "b1", "b0", "old")}) == ["a0", "b0"]
    assert usual(models(), {"sum of a1", "sum of old"}) == ["a1"]
    assert usual(models(), set()) == ["new"]


def test_all_seeds_are_those_of_the_same_group_and_setting() -> None:
    rows = models().set_index("run_key", drop=False)
    assert all_seeds(models(), rows.loc[["b1"]]) == ["b0", "b1"]
    assert all_seeds(models(), rows.loc[["a0", "b1"]]) == ["a0", "a1", "b0", "b1"]
    assert all_seeds(models(), rows.loc[["new"]]) == ["new"]


def test_labels_name_what_differs_and_are_unique() -> None:
    rows = labelled(models().iloc[1:5].reset_index(drop=True))
    assert rows["setting"].tolist() == ["simple 10", "simple 10", "complex 100", "complex 100"]
    assert rows["label"].tolist() == [
        "simple 10, seed 1",
        "simple 10, seed 0",
        "complex 100, seed 1",
        "complex 100, seed 0",
    ]
    everyone = labelled(models())
    assert everyone["setting"].tolist()[0] == "complex 10, width 32"
    assert everyone["label"].is_unique
    assert everyone.set_index("run_key").loc["old", "label"].endswith("(old)")


def test_settings_that_differ_in_what_has_no_column_are_told_apart() -> None:
    rows = models().iloc[[3, 4]].assign(setting_hash=["one", "two"]).reset_index(drop=True)
    assert rows["seed"].tolist() == [1, 0]
    assert labelled(rows)["setting"].tolist() == ["complex 100 (one)", "complex 100 (two)"]
