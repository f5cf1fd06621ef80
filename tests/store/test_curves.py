"""Histories: what is hashed, what comes back, and their statistics."""

import hashlib
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from store.curves import FOLDER, curve_tables, history_hash, normalised, stats_rows, write_curve

VALUES = st.one_of(st.none(), st.floats(), st.sampled_from([math.nan, math.inf, -0.0, 0.0]))
KEYS = st.lists(st.text(min_size=1, max_size=8).filter(lambda k: k != "step"), unique=True, max_size=4)


@st.composite
def histories(draw: st.DrawFn) -> pa.Table:
    keys = draw(KEYS)
    steps = draw(st.lists(st.integers(1, 10**6), max_size=6, unique=True))
    n = len(steps)
    columns = {key: pa.array(draw(st.lists(VALUES, min_size=n, max_size=n)), pa.float64()) for key in keys}
    return pa.table({"step": pa.array(steps, pa.int64()), **columns})


def table(**columns: list[float | None]) -> pa.Table:
    n = len(next(iter(columns.values())))
    typed = {key: pa.array(values, pa.float64()) for key, values in columns.items()}
    return pa.table({"step": pa.array(range(1, n + 1), pa.int64()), **typed})


@given(histories())
def test_a_history_comes_back_in_order_with_every_value(
    tmp_path_factory: pytest.TempPathFactory, given_: pa.Table
) -> None:
    store = tmp_path_factory.mktemp("curves")
    (store / FOLDER).mkdir()
    history = normalised(given_)
    file = write_curve(store, "a/b/c", history)
    assert (file is None) == (given_.num_rows == 0)
    if file is None:
        return
    back = curve_tables(store, {"a/b/c": file}, None)
    assert set(back["run_key"].to_pylist()) == {"a/b/c"}
    order = np.argsort(given_["step"].to_numpy())
    for key in given_.column_names:
        original = given_[key].take(pa.array(order)).to_pylist()
        kept = "run_key (logged)" if key == "run_key" else key
        if kept in back.column_names:
            assert list(map(repr, back[kept].to_pylist())) == list(map(repr, original))
        else:
            assert set(original) <= {None}, "only a key without any value is left out"


@given(histories())
def test_the_hash_does_not_depend_on_the_order_of_rows_and_keys(history: pa.Table) -> None:
    order = np.argsort(history["step"].to_numpy())[::-1]
    other = history.select(history.column_names[::-1]).take(pa.array(order))
    assert history_hash(normalised(history)) == history_hash(normalised(other))


@pytest.mark.parametrize(
    "other",
    [
        table(loss=[1.0, None, 3.5]),
        table(loss=[1.0, math.nan, 3.0]),
        table(loss=[1.0, 0.0, 3.0]),
        table(cost=[1.0, None, 3.0]),
        table(loss=[1.0, None]),
        table(loss=[1.0, None, 3.0], more=[1.0, 1.0, 1.0]),
    ],
)
def test_the_hash_sees_every_difference(other: pa.Table) -> None:
    assert history_hash(normalised(table(loss=[1.0, None, 3.0]))) != history_hash(normalised(other))


def test_equal_curves_of_two_runs_are_two_files(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    history = normalised(table(loss=[1.0, 2.0]))
    assert write_curve(tmp_path, "a", history) != write_curve(tmp_path, "b", history)


def test_the_same_curve_is_the_same_file_byte_for_byte(tmp_path: Path) -> None:
    history = normalised(table(loss=[1.0, None, 3.0]))
    written = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        (folder / FOLDER).mkdir(parents=True)
        file = write_curve(folder, "a", history)
        assert file is not None
        written.append((folder / FOLDER / file.name).read_bytes())
    assert written[0] == written[1]
    assert hashlib.sha256(written[0]).hexdigest() == file.sha256


def test_statistics_are_over_finite_values() -> None:
    history = normalised(table(loss=[None, 5.0, math.inf, -1.0, math.nan], bad=[math.nan] * 5, none=[None] * 5))
    loss, bad = sorted(stats_rows("r", history), key=lambda row: str(row["key"]), reverse=True)
    assert (loss["n"], loss["first"], loss["min"], loss["max"], loss["step_of_min"]) == (4, 5.0, -1.0, 5.0, 4)
    assert math.isnan(loss["last"])
    assert (bad["n"], bad["min"], bad["max"], bad["step_of_min"]) == (5, None, None, None)
