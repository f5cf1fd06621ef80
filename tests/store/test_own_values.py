"""Values of any kind, of keys without a column and refused ones of known keys: each is found, each as what it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from store import queries
from store.connect import StoreError, read_catalogue
from store.filters import EVERYTHING, JsonValue, LongText, Measured, Range, RunFilter, Value
from store.records import RunRecord
from store.run_columns import RunColumn
from store.run_queries import run_table
from tests.factories import TEST, TRAIN, diverged_run, filled_store, replaced, run_record

LONG = "long " * 5000
OWN: list[Any] = [
    0.001, "0.001", 1, 1.0, "1", True, "true", "True", False, 0, [64, 64], [64], {"b": 1, "a": [2]}, None, "null",
    "(unset)", "", " x", "a'b", "x;DROP TABLE runs", 10**30, 1e300, "NaN", LONG, LONG + "!", "1..2", [], {},
]  # fmt: skip
WIDTHS: list[Any] = [16, "wide", None, True, 2.5, [16], -1, 32]


def with_value(key: str, value: Any, run_id: str) -> RunRecord:
    record = run_record(0, run_id=run_id)
    parameters = {**record.config["parameters"], key: value}
    return replaced(record, config={**record.config, "parameters": parameters})


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    store = tmp_path_factory.mktemp("own") / "store"
    runs = [with_value("own", value, f"own{i:02}") for i, value in enumerate(OWN)]
    runs += [with_value("width", value, f"width{i:02}") for i, value in enumerate(WIDTHS)]
    filled_store(store, [*runs, run_record(5, run_id="errors", test_error=5.0), diverged_run(run_id="diverged")])
    with read_catalogue(store) as con:
        yield con


def found(con: duckdb.DuckDBPyConnection, name: str, wanted: tuple[Value, ...] | Range) -> list[str]:
    queries.count_matching(con, RunFilter(parameters=((name, wanted),)))
    return [row[0].rpartition("/")[2] for row in con.sql("SELECT run_key FROM matched ORDER BY ALL").fetchall()]


@pytest.mark.parametrize("name", ["own", "width", "seed", "rtol", "planar_constraint", "lr_strategy", "test_file"])
def test_each_value_finds_as_many_runs_as_it_says(catalogue: duckdb.DuckDBPyConnection, name: str) -> None:
    offered = queries.parameter_values(catalogue, EVERYTHING, name, 200).values
    runs = [found(catalogue, name, (value,)) for value, _ in offered]
    assert [len(each) for each in runs] == [n for _, n in offered]
    every = found(catalogue, name, tuple(value for value, _ in offered))
    assert sorted(key for each in runs for key in each) == every
    assert len(every) == queries.count_matching(catalogue, EVERYTHING)


def test_values_that_look_alike_are_told_apart(catalogue: duckdb.DuckDBPyConnection) -> None:
    for value, expected in (
        (0.001, ["own00"]),
        ("0.001", ["own01"]),
        (1, ["own02", "own03"]),
        ("1", ["own04"]),
        (True, ["own05"]),
        ("true", ["own06"]),
        (0, ["own09"]),
        (JsonValue("[64,64]"), ["own10"]),
        ("null", ["own14"]),
        (10**30, ["own20"]),
    ):
        assert found(catalogue, "own", (value,)) == expected, value
    assert found(catalogue, "own.b", (1,)) == found(catalogue, "own.a", (JsonValue("[2]"),)) == ["own12"]
    offered = [value for value, _ in queries.parameter_values(catalogue, EVERYTHING, "own", 200).values]
    long = [value for value in offered if isinstance(value, LongText)]
    assert len(long) == 2
    assert {len(value.beginning) for value in long} == {80}
    assert [
        found(catalogue, "own", (value,)) for value in sorted(long, key=lambda v: found(catalogue, "own", (v,)))
    ] == [
        ["own23"],
        ["own24"],
    ]


def test_a_refused_value_of_a_known_key_is_found_as_it_was_logged(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert found(catalogue, "width", ("wide",)) == ["width01"]
    assert found(catalogue, "width", (16,))[:1] == ["width00"]
    assert found(catalogue, "width", (JsonValue("[16]"),)) == ["width05"]
    assert found(catalogue, "width", (-1,)) == ["width06"]
    assert found(catalogue, "width", (Range(high=0),)[0]) == ["width06"]
    assert found(catalogue, "width", (None,)) == ["width02"]
    kinds = queries.filter_choices(catalogue, EVERYTHING).parameters.set_index("name")
    assert kinds.index.is_unique
    assert kinds.loc["width", ["kind", "refused"]].tolist() == ["whole", True]
    assert not kinds.loc["rtol", "refused"]


@pytest.mark.parametrize(
    "value", [10**60, float("nan"), float("inf"), "auto", True, JsonValue("[]"), LongText("0" * 64)]
)
def test_a_value_that_no_run_has_finds_none(catalogue: duckdb.DuckDBPyConnection, value: Value) -> None:
    for name in ("depth", "rtol", "lr_strategy"):
        assert found(catalogue, name, (value,)) == []


def test_two_filters_that_find_different_runs_are_never_equal() -> None:
    one, other = (RunFilter(parameters=(("a", (True,)), ("b", (value,)))) for value in (True, 1))
    assert one != other
    assert repr(one.spelling) != repr(other.spelling)


def test_a_range_of_a_metric_is_of_its_finite_values(catalogue: duckdb.DuckDBPyConnection) -> None:
    test = Measured("acceleration_error", TEST, "test")

    def n(*metrics: tuple[Measured, Range]) -> int:
        return queries.count_matching(catalogue, RunFilter(metrics=metrics))

    every = queries.count_matching(catalogue, EVERYTHING)
    assert n((test, Range())) == every - 1  # but the one that diverged
    assert n((test, Range(5.0, 5.0))) == 1
    assert n((test, Range(low=1e9))) == 0
    assert n((test, Range(5.0, 5.0)), (Measured("acceleration_error", TRAIN, "train"), Range(high=0.0))) == 0
    assert n((Measured("no such", None, "test"), Range())) == 0
    row = queries.metric_choices(catalogue, EVERYTHING).set_index(["metric", "split"]).loc[test[0], "test"]
    assert (row["low"] <= 5.0 <= row["high"]) and row["high"] < 1e9


def test_own_numbers_sort_as_numbers_over_all_parts_of_a_table(tmp_path: Path) -> None:
    values = [10, 9, 100, 1e-5, 2, 2.5, 1, "word", [10, 4], [9, 4], None]
    filled_store(tmp_path, [with_value("n_blocks", value, f"s{i}") for i, value in enumerate(values)])
    column = RunColumn("extra", "n_blocks")
    with read_catalogue(tmp_path) as con:

        def sorted_by(descending: bool, offset: int = 0) -> list[str]:
            part = {"limit": 4, "offset": offset}
            table = run_table(con, EVERYTHING, (column,), order=column, descending=descending, **part)
            return table["c0"].to_pylist()

        assert [*sorted_by(False), *sorted_by(False, 4), *sorted_by(False, 8)] == [
            "1e-05", "1", "2", "2.5", "9", "10", "100", "[9,4]", "[10,4]", '"word"', "null"
        ]  # fmt: skip
        assert [*sorted_by(True), *sorted_by(True, 4)] == ["100", "10", "9", "2.5", "2", "1", "1e-05", "[10,4]"]


def test_a_known_key_with_refused_values_is_one_column_of_runs(catalogue: duckdb.DuckDBPyConnection) -> None:
    column = RunColumn("mixed", "width")
    values = run_table(catalogue, EVERYTHING, (column,), order=column)["c0"].to_pylist()
    assert values[0] == "-1"
    assert '"wide"' in values and "64" in values
    with pytest.raises(StoreError, match="There is no column own of runs"):
        run_table(catalogue, EVERYTHING, (RunColumn("mixed", "own"),))
