"""Keys without a column: they are parameters as any other, with the values that were logged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orbitsens.config import OTHER_KEYS
from orbitsens.sensitivity.analysis import analyse
from orbitsens.sensitivity.cell_study import cell_study
from orbitsens.sensitivity.effects import Effects
from orbitsens.sensitivity.seeding import seed_study
from store import queries
from store.connect import Connection, read_catalogue
from store.filters import EVERYTHING, of_group
from store.own_columns import MOST_OWN, own_values
from tests.factories import filled_store, old_run, replaced

METRIC = ("acceleration_error", None, "train")


def foreign(i: int, config: Mapping[str, Any], error: float = 1.0, group: str | None = "foreign") -> Any:
    return replaced(
        old_run(i), run_id=f"f{i:03}", group=group, config=dict(config), summary={"acceleration_error": error}
    )


def read(store: Path, *configs: Mapping[str, Any], errors: Any = None) -> tuple[list[str], pd.DataFrame]:
    """The varying parameters and the table of runs of some configs."""
    levels = errors or [1.0] * len(configs)
    filled_store(
        store, [foreign(i, config, level) for i, (config, level) in enumerate(zip(configs, levels, strict=True))]
    )
    with read_catalogue(store) as con:
        table = queries.run_metric(con, EVERYTHING, *METRIC)
        return queries.varying_parameters(con, EVERYTHING), table.sort_values("run_key", ignore_index=True)


def cell_runs(con: Connection, varying: list[str]) -> pd.DataFrame:
    rows = queries.cell_runs(con, EVERYTHING, "acceleration_error", [(None, "train")], varying)
    return rows.assign(train_gflop=1.0)


def test_a_key_that_differs_is_a_parameter_and_one_that_does_not_is_none(store: Path) -> None:
    varying, table = read(store, {"lr": 0.1, "act": "gelu", "same": 1}, {"lr": 0.01, "act": "tanh", "same": 1})
    assert varying == ["act", "lr"]
    assert table["lr"].tolist() == [0.1, 0.01]
    assert table["act"].tolist() == ["gelu", "tanh"]
    assert "same" not in table


def test_a_key_that_some_runs_did_not_log_differs(store: Path) -> None:
    varying, table = read(store, {"lr": 1}, {})
    assert varying == ["lr"]
    assert table["lr"].tolist() == [1, pd.NA]


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1", "2.5", None], [1.0, 2.5, None]),
        (["1", "2", None], [1, 2, None]),
        (["true", "false", None], [True, False, None]),
        (["true", "1", '"true"', '"1"'], ["true", "1", '"true"', '"1"']),
        (['"a"', "null", None], ["a", "null", None]),
        (["0.5", "null"], [0.5, None]),
        (['"NaN"', '"(unset)"', '""', "[64,64]", '{"a":1}'], ["NaN", '"(unset)"', '""', "[64,64]", '{"a":1}']),
    ],
)
def test_values_keep_their_type_where_all_have_one_and_else_none_reads_as_another(
    texts: list[str | None], values: list[object]
) -> None:
    found = own_values(pd.Series(texts, dtype=object))
    assert [None if pd.isna(value) else value for value in found] == values


def test_long_values_that_begin_alike_are_told_apart() -> None:
    first, second = own_values(pd.Series([f'"{"x" * 100}{end}"' for end in "ab"]))
    assert first != second
    assert len(first) < 80


def test_a_refused_value_stands_in_the_place_of_the_typed_one(store: Path) -> None:
    varying, table = read(
        store,
        *({"batch_size": size, "planar_constraint": flag} for size, flag in [(32, True), ("auto", 1), (True, False)]),
    )
    assert varying == ["batch_size", "planar_constraint"]
    assert table["batch_size"].tolist() == ["32", "auto", "true"]
    assert table["planar_constraint"].tolist() == ["true", "1", "false"]


def test_a_refused_number_leaves_a_number_a_number(store: Path) -> None:
    _, table = read(store, {"width": 32}, {"width": -1})
    assert table["width"].tolist() == [32, -1]
    assert str(table["width"].dtype) == "Int64"


def test_seeds_of_sections_make_no_settings_and_runs_that_differ_in_them_all_count(store: Path) -> None:
    varying, table = read(store, *({"seed": 0, "data": {"seed": i}} for i in range(3)), errors=[1.0, 2.0, 3.0])
    assert varying == []
    assert table["setting_hash"].nunique() == 1
    assert len(seed_study(table, [], log=True).used) == 3


WORDS = [
    "name", "group", "state", "reason", "run_key", "run_id", "entity", "project", "value", "key", "index",
    "metric", "dataset", "split", "setting", "n", "used", "orbit", "tags", "notes", "created_at", "duration",
    "source", "url", "config", "summary", "level_0", "label", "error", "median", "low", "high", "x", "y",
    "variable", "step", "history", "model", "kind", "series", "colour", "cell", "place", "nth", "z", "offset",
    "outlier", "why_not", "own_setting", "setting_hash", "config_hash", "measured_on", "n_parameters",
    "train_seconds", "best", "candidate", "mean", "q1", "q3", "min", "max", "other_keys", "num_train_orbits",
    "panel", "unit",
]  # fmt: skip


@pytest.mark.parametrize("words", [WORDS[:35], WORDS[35:]])
def test_keys_may_be_called_as_any_column_of_a_study(store: Path, words: list[str]) -> None:
    configs = [
        {"seed": seed, "width": width, **{word: f"{word}{width}" for word in words}}
        for width in (1, 2)
        for seed in range(4)
    ]
    errors = [10.0 * (i // 4) + 1.0 + i / 10 for i in range(8)]
    varying, table = read(store, *configs, errors=errors)
    assert {name.removeprefix("config.") for name in varying} == {"width", *words}
    assert len(varying) == len(words) + 1
    for name in varying[1:]:
        assert set(table[name]) == {f"{name.removeprefix('config.')}{width}" for width in (1, 2)}
    studied = seed_study(table, varying, log=True)
    assert studied.summary["n"].tolist() == [4, 4]
    answer = analyse(table, varying)
    assert not isinstance(answer.response, str)
    assert set(answer.response.parameters) == set(varying)
    with read_catalogue(store) as con:
        rows = queries.cell_runs(con, EVERYTHING, "acceleration_error", [(None, "train")], varying).assign(
            train_gflop=1
        )
    cells = cell_study(rows, [varying[1]], varying)
    assert cells.cells["n"].tolist() == [4, 4]
    assert cells.mixed == ()
    assert set(cells.beyond) == set(varying) - {varying[1]}


def sweep(cells: list[tuple[int, float]], n: int = 4) -> tuple[list[dict[str, Any]], list[float]]:
    configs = [{"seed": seed, "width": width, "optim": {"lr": lr}} for width, lr in cells for seed in range(n)]
    errors = [10 * (c["optim"]["lr"] / 1e-4) ** 0.5 * 1.05 ** (i % n) for i, c in enumerate(configs)]
    return configs, errors


def verdicts(store: Path, cells: list[tuple[int, float]]) -> dict[str, str]:
    configs, errors = sweep(cells)
    varying, table = read(store, *configs, errors=errors)
    answer = analyse(table, varying)
    assert isinstance(answer.effects, Effects)
    return dict(zip(answer.effects.table["parameter"], answer.effects.table["verdict"], strict=True))


def test_a_key_that_changes_with_a_typed_one_takes_its_verdict_away(store: Path) -> None:
    assert verdicts(store, [(32, 1e-2), (64, 1e-4)]) == {"width": "cannot tell", "optim.lr": "cannot tell"}


def test_a_key_alone_is_the_effect(store: Path) -> None:
    assert verdicts(store, [(64, 1e-2), (64, 1e-3), (64, 1e-4)]) == {"optim.lr": "matters"}


def test_a_key_crossed_with_a_typed_one_has_an_effect_of_its_own(store: Path) -> None:
    found = verdicts(store, [(32, 1e-2), (32, 1e-4), (64, 1e-2), (64, 1e-4)])
    assert found["optim.lr"] == "matters"
    assert found["width"] != "matters"


def test_a_map_names_the_key_that_its_cells_mix(store: Path) -> None:
    configs, errors = sweep([(32, 1e-2), (32, 1e-4), (64, 1e-2), (64, 1e-4)])
    varying, _ = read(store, *configs, errors=errors)
    with read_catalogue(store) as con:
        rows = queries.cell_runs(con, EVERYTHING, "acceleration_error", [(None, "train")], varying).assign(
            train_gflop=1
        )
        study = cell_study(rows, ["width"], varying)
    assert (study.mixed, study.beyond) == (("optim.lr",), ())


def test_a_map_names_the_key_that_changes_with_its_axis(store: Path) -> None:
    configs, errors = sweep([(32, 1e-2), (64, 1e-4)])
    varying, _ = read(store, *configs, errors=errors)
    with read_catalogue(store) as con:
        rows = queries.cell_runs(con, EVERYTHING, "acceleration_error", [(None, "train")], varying).assign(
            train_gflop=1
        )
        study = cell_study(rows, ["width"], varying)
        assert (study.mixed, study.beyond) == ((), ("optim.lr",))
        assert cell_study(rows, ["width", "optim.lr"], varying).beyond == ()


def test_a_great_many_keys_are_one_parameter_that_says_so(store: Path) -> None:
    configs = [
        {"seed": seed, **{f"key{i}": f"{variant}{i}" for i in range(MOST_OWN + 1)}}
        for variant in ("a", "b")
        for seed in range(4)
    ]
    varying, table = read(store, *configs, errors=[1.0, 1.1, 1.2, 1.3, 10.0, 11.0, 12.0, 13.0])
    assert varying == [OTHER_KEYS]
    assert table.groupby(OTHER_KEYS).size().tolist() == [4, 4]
    answer = analyse(table, varying)
    assert isinstance(answer.effects, Effects)
    assert answer.effects.table["verdict"].tolist() == ["matters"]
    assert any("stands for all the keys of these runs" in sentence for sentence in answer.effects.warnings)


def test_groups_vary_by_their_own_keys(store: Path) -> None:
    runs = [foreign(0, {"a": 1, "b": 1}), foreign(1, {"a": 2, "b": 1}), foreign(2, {"c": 1}, group=None)]
    filled_store(store, runs)
    with read_catalogue(store) as con:
        found = {group.group: group.varying for group in queries.group_variation(con, EVERYTHING)}
        assert found == {"foreign": ("a",), None: ()}
        assert queries.varying_parameters(con, of_group(None)) == []


def test_settings_differ_by_every_key_whatever_it_is_called(store: Path) -> None:
    configs: list[dict[str, Any]] = [
        {}, {"data": "leo"}, {"data": "geo"}, {"data": {"a": 1}}, {"wandb": {"a": 1}}, {"wandb": {"a": 2}},
        {"parameters": "v2"}, {"parameters": {"new": 1}}, {"a": []}, {"a": {}}, {"a": None}, {"a": "1"}, {"a": 1},
        {"a": True}, {"a.b": 1, "a": {"b": 2}}, {"a.b": 2, "a": {"b": 1}}, {"width": True}, {"width": 1},
    ]  # fmt: skip
    _, table = read(store, *configs)
    assert table["setting_hash"].nunique() == table["config_hash"].nunique() == len(configs)
