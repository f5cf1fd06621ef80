"""A best setting that is a linear map is called one, with the best that is not beside it."""

import pandas as pd
import pytest

from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.linear_maps import linear_remark, linear_sentence
from orbitsens.sensitivity.wording import Metric
from runner.reporting import group_answer, written
from store.location import SHIPPED

ERROR = Metric("acceleration error", "%")


def runs(**settings: tuple[str | None, int | None]) -> pd.DataFrame:
    """Two runs of each setting with its activation and depth."""
    rows = [(name, *network, 64) for name, network in settings.items() for _ in range(2)]
    return pd.DataFrame(rows, columns=["setting", "activation", "depth", "width"])


def test_the_best_that_is_linear_comes_with_the_best_that_is_not() -> None:
    table = runs(a=("identity", 3), b=("silu", 2), c=("tanh", 3))
    errors = pd.Series({"c": 2.0, "b": 0.158, "a": 0.0436})
    assert linear_sentence(table, errors, ERROR) == (
        "The best setting has no activation (identity): its MLP is a linear map of the features, 0.0436 %. "
        "The best setting that learns a nonlinear map comes to 0.158 % (silu, width 64, depth 2)."
    )


def test_without_a_hidden_layer_it_is_linear_whatever_the_activation() -> None:
    said = linear_sentence(runs(a=("silu", 0), b=("silu", 1)), pd.Series({"a": 1.0, "b": 2.0}), ERROR)
    assert said.startswith(
        "The best setting has no hidden layer (depth 0): its MLP is a linear map of the features, 1 %."
    )
    assert "comes to 2 % (silu, width 64, depth 1)" in said


def test_nothing_but_linear_maps() -> None:
    said = linear_sentence(runs(a=("identity", 3)), pd.Series({"a": 1.0}), ERROR)
    assert said.endswith("a linear map of the features, 1 %; no setting here is anything else than linear.")


@pytest.mark.parametrize("activation", ["silu", None])
def test_nothing_is_said_of_a_best_that_bends(activation: str | None) -> None:
    table = runs(a=(activation, 3), b=("identity", 3))
    assert linear_sentence(table, pd.Series({"a": 1.0, "b": 2.0}), ERROR) == ""
    assert linear_sentence(table, pd.Series(dtype=float), ERROR) == ""


def test_an_activation_that_does_not_vary_is_known_from_the_runs() -> None:
    rows = [
        {"run_key": f"{w}{s}", "state": "finished", "setting_hash": str(w), "seed": s, "value": w + 0.1 * s, "width": w}
        for w in (8, 16)
        for s in range(3)
    ]
    table = pd.DataFrame(rows).assign(activation="identity", depth=3)
    assert "no setting here is anything else than linear" in linear_remark(analyse(table, ["width"]), table, ERROR)
    assert linear_remark(analyse(table, ["width"]), table.assign(activation="silu"), ERROR) == ""


def test_the_best_of_the_shipped_studies_is_called_linear() -> None:
    found = group_answer(SHIPPED, "sweep-best", "acceleration_error", None)
    assert "no activation (identity): its MLP is a linear map" in found.remark
    assert "(silu, width 128, depth 2)" in found.remark
    answer = written(found, "sweep-best")[0].split("## Answer")[1]
    assert answer.strip().startswith(f"- {found.remark}")
    assert group_answer(SHIPPED, "sweep-seeds-v2", "acceleration_error", None).remark == ""
