"""What settings came to on the families of test orbits: the same runs in a row, and what is lacking is named."""

import numpy as np
import pandas as pd

from pages.shared.grids.families import FAMILIES, family_table, lacking_sentence

SINGLE, SIMPLE, COMPLEX = FAMILIES


def errors(*rows: tuple[str, str | None, str, float]) -> pd.DataFrame:
    """Rows of run, setting hash, dataset and value."""
    frame = pd.DataFrame(rows, columns=["run_key", "setting_hash", "dataset", "value"])
    return frame.assign(group="g", trained_on="complex_TBP_planar_100_train")


def settings(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["run_key", "setting_hash", "setting"]).assign(group="g")


def test_a_row_is_a_setting_with_its_median_and_range_of_the_same_runs() -> None:
    measured = [(f"k{i}", "s", dataset, i + 1.0) for i in range(3) for dataset in (SIMPLE, COMPLEX)]
    measured += [("k9", "s", COMPLEX, 100.0), ("x0", "bad", COMPLEX, 5000.0), ("x0", "bad", SIMPLE, 5000.0)]
    table = family_table(errors(*measured), settings(("k0", "s", "complex 100")))
    assert table.to_dict("records") == [
        {
            "setting": "complex 100",
            "trained on": "complex_TBP_planar_100_train",
            "runs": "3 of 4",
            "on single (%)": "not measured",
            "on simple (%)": "2.00 (1.00 to 3.00)",
            "on complex (%)": "2.00 (1.00 to 3.00)",
        }
    ]


def test_a_value_that_is_not_finite_is_larger_than_all_others() -> None:
    measured = errors(("k0", "s", COMPLEX, 1.0), ("k1", "s", COMPLEX, np.nan), ("k2", "s", COMPLEX, 3.0))
    table = family_table(measured, settings(("k0", "s", "one")))
    assert table["on complex (%)"].tolist() == ["3.00 (1.00 to not finite)"]
    assert table["runs"].tolist() == ["3"]


def test_runs_without_a_hash_are_settings_of_their_own() -> None:
    measured = errors(("k0", None, COMPLEX, 1.0), ("k1", None, COMPLEX, 2.0))
    table = family_table(measured, settings(("k0", None, "old run 0")))
    assert table[["setting", "runs", "on complex (%)"]].to_numpy().tolist() == [["old run 0", "1", "1.00"]]


def test_settings_without_a_measurement_give_no_row() -> None:
    assert family_table(errors(("k0", "s", "another_dataset", 1.0)), settings(("k0", "s", "one"))).empty


def test_only_what_is_lacking_is_named() -> None:
    labels = {"k0": "seed 0", "k1": "seed 1"}
    measured = {("k0", COMPLEX), ("k1", COMPLEX), ("k1", SIMPLE)}
    keys, datasets, sentence = lacking_sentence(labels, measured)
    assert keys == ["k0", "k1"] and datasets == [SINGLE, SIMPLE]
    assert sentence == f"Not measured yet: seed 0 and seed 1 on {SINGLE}; seed 0 on {SIMPLE}."
    assert lacking_sentence({"k1": "seed 1"}, measured | {("k1", SINGLE)}) == ([], [], "")
    _, _, alike = lacking_sentence({"k0": "seed 0"}, measured)
    assert alike == f"Not measured yet: seed 0 on {SINGLE} and {SIMPLE}."
