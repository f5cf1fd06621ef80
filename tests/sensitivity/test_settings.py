"""Settings: their labels, their order, and nothing lost where a key is missing."""

import numpy as np
import pandas as pd

from orbitsens.config import Data, Parameters
from orbitsens.sensitivity.labels import labels
from orbitsens.sensitivity.settings import value_text, with_settings
from store.queries import DERIVED


def runs(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    return frame.assign(
        run_key=[f"t/p/r{i}" for i in range(len(frame))],
        seed=frame["seed"] if "seed" in frame else range(len(frame)),
        setting_hash=frame.get("setting_hash", "h"),
    )


def test_one_setting_is_called_all_runs_and_sorted_by_seed() -> None:
    found = with_settings(runs(seed=[2, 0, 1]), [])
    assert found["setting"].unique().tolist() == ["all runs"]
    assert found["seed"].tolist() == [0, 1, 2]


def test_labels_name_what_varies_and_settings_are_in_natural_order() -> None:
    frame = runs(
        segment_length_strategy=["[18]", "[4]", "[36]", "[4]"], width=[64, 64, 64, 8], setting_hash=list("abcd")
    )
    assert with_settings(frame, ["segment_length_strategy", "width"])["setting"].tolist() == [
        "segment length [4] · width 8",
        "segment length [4] · width 64",
        "segment length [18] · width 64",
        "segment length [36] · width 64",
    ]


def test_a_missing_parameter_is_a_setting_of_its_own() -> None:
    frame = runs(width=pd.array([64, None, 32], dtype="Int64"), loss=[None, "mse", "mse"], setting_hash=list("abc"))
    assert with_settings(frame, ["width", "loss"])["setting"].tolist() == [
        "width 32 · loss mse",
        "width 64 · loss (unset)",
        "width (unset) · loss mse",
    ]


def test_settings_that_differ_in_a_key_without_column_are_kept_apart() -> None:
    frame = runs(width=[64, 64, 64], setting_hash=["aaaaaaaa", "bbbbbbbb", None])
    assert sorted(with_settings(frame, ["width"])["setting"]) == [
        "width 64 · (unset",
        "width 64 · aaaaaa",
        "width 64 · bbbbbb",
    ]


def test_no_runs_are_no_settings() -> None:
    empty = runs(width=[1])[:0]
    assert with_settings(empty, ["width"])["setting"].tolist() == []


def test_values_are_written_plainly() -> None:
    values = [64, np.int64(3), 1e-3, 64.0, True, None, float("nan"), "elu", [0.1, 1]]
    texts = ["64", "3", "0.001", "64", "true", "(unset)", "(unset)", "elu", "[0.1, 1]"]
    assert [value_text(value) for value in values] == texts


def test_every_parameter_has_a_name_of_its_own_in_words() -> None:
    keys = [name for section in (Data, Parameters) for name in section.model_fields] + list(DERIVED)
    words = labels(keys)
    assert len(set(words)) == len(keys)
    assert not [word for word in words if "_" in word]
