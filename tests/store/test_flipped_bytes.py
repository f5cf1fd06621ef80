"""Damaged files of a store: nothing is silently other than what was written, and the file is named in one sentence."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from store import queries
from store.checksums import lacks_checksums
from store.connect import StoreError, read_catalogue, read_version, store_version
from store.doctor import examine
from store.evaluations import GridEvaluation, find_grid, grid_key, publish_evaluations, stored_grids
from store.filters import EVERYTHING
from store.gridfiles import read_cell, read_grid
from store.layout import catalogue_path
from store.repair import repair
from store.run_queries import logged_values
from tests.factories import filled_store, run_record
from tests.store.looking import everything, key, rows

FEW, MANY = 20, 200
KEYS = ["train_loss", "acceleration_error"]
COUNTS = [FEW, pytest.param(MANY, marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, and a grid of 50 cells with what lies along its orbits."""
    folder = tmp_path_factory.mktemp("whole")
    filled_store(folder / "store", [run_record(seed, model_dir=folder, n_steps=60) for seed in range(2)])
    publish_evaluations(folder / "store", [grid()], on_wait=pytest.fail)
    return folder / "store"


def grid() -> GridEvaluation:
    n = 50
    cells = {
        "a_km": [7000.0 + i for i in range(n)],
        "e": [0.01 * i for i in range(n)],
        "feasible": [True] * n,
        "failed": [False] * n,
        "acceleration_error": [0.1 + i for i in range(n)],
        "error_along": pa.array([[0.5 + i, 1.0 / (i + 1)] for i in range(n)]),
    }
    return GridEvaluation("sha", {"n": n}, "0.1.0", 1, pa.table(cells), n, 0, 1.0)


def flips(content: bytes, n: int) -> Iterator[bytes]:
    """The content with one bit changed, `n` times."""
    rng = random.Random(len(content))
    for _ in range(n):
        place = rng.randrange(len(content))
        yield content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[place + 1 :]


def cuts(content: bytes, n: int) -> Iterator[bytes]:
    """The beginning of the content, `n` times."""
    rng = random.Random(len(content) + 1)
    for _ in range(n):
        yield content[: rng.randrange(len(content))]


def outcome(ask: Callable[[], Any]) -> tuple[Any, str]:
    """What a question is answered with, or the sentence of its StoreError."""
    try:
        return ask(), ""
    except StoreError as error:
        return None, str(error)


def read_runs(store: Path) -> pd.DataFrame:
    with read_catalogue(store) as con:
        runs = con.sql("SELECT run_key FROM runs ORDER BY 1").fetchall()
        return queries.history(con, store, [name for (name,) in runs], None)


def groups(store: Path) -> pd.DataFrame:
    with read_catalogue(store) as con:
        return queries.groups(con, EVERYTHING)


def grid_content(store: Path) -> list[object]:
    with read_catalogue(store) as con:
        (name,) = stored_grids(con)["grid_file"]
    return [repr(read_grid(store, name).to_dict("list")), read_cell(store, name, 7)]


def without_checksums(store: Path) -> None:
    """Make the store one of before there were checksums of curves."""
    version = store_version(store)
    assert version is not None
    with duckdb.connect(str(catalogue_path(store, version))) as con:
        con.execute("UPDATE runs SET curve_sha256 = NULL")


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "store"))


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("damaged", [flips, cuts])
@pytest.mark.parametrize("noted", [True, False])
def test_a_damaged_curve_is_named_and_never_another_curve(
    store: Path, noted: bool, damaged: Callable[[bytes, int], Iterator[bytes]], n: int
) -> None:
    if not noted:
        without_checksums(store)
    expected = read_runs(store)
    path = min((store / "curves").iterdir())
    content = path.read_bytes()
    unnoticed = 0
    for changed in damaged(content, n):
        path.write_bytes(changed)
        found, sentence = outcome(lambda: read_runs(store))
        if sentence:
            assert str(path) in sentence
            assert "doctor --repair" in sentence
        else:
            unnoticed += 1
            pd.testing.assert_frame_equal(found, expected)
    # Without a checksum of the bytes, a bit that means nothing (of the file's name for its writer) may change.
    assert unnoticed == 0 if noted else unnoticed < n


def test_the_other_runs_stay_shown_beside_a_damaged_curve(store: Path) -> None:
    names = [key(run_record(seed, n_steps=60)) for seed in range(2)]
    with read_catalogue(store) as con:
        before = logged_values(con, store, names, KEYS)
        files = dict(con.sql("SELECT run_key, curve_file FROM runs").fetchall())
    (store / "curves" / files[names[0]]).write_bytes(b"PAR1")
    with read_catalogue(store) as con:
        after = logged_values(con, store, names, KEYS)
    assert before.unreadable == {}
    assert list(after.unreadable) == [names[0]]
    expected = before.values[before.values["run_key"] == names[1]].reset_index(drop=True)
    assert len(expected) == 61
    pd.testing.assert_frame_equal(after.values, expected)


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("damaged", [flips, cuts])
def test_a_damaged_grid_is_named_and_made_again(
    store: Path, damaged: Callable[[bytes, int], Iterator[bytes]], n: int
) -> None:
    wanted = grid_key("sha", {"n": 50}, 1)
    assert find_grid(store, wanted) is not None
    (path,) = (store / "grids").iterdir()
    for changed in damaged(path.read_bytes(), n):
        path.write_bytes(changed)
        _, sentence = outcome(lambda: grid_content(store))
        assert f"The grid {path} is damaged: the checksum fails: run `python -m runner doctor --repair`" in sentence
        assert find_grid(store, wanted) is None
    publish_evaluations(store, [grid()], on_wait=pytest.fail)
    assert find_grid(store, wanted) == (store, path.name)


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("damaged", [flips, cuts])
def test_a_damaged_catalogue_is_named_and_never_says_anything_else(
    store: Path, damaged: Callable[[bytes, int], Iterator[bytes]], n: int
) -> None:
    expected = rows(store)
    path = catalogue_path(store, 2)
    content = path.read_bytes()
    for changed in damaged(content, n):
        path.write_bytes(changed)
        found, sentence = outcome(lambda: (groups(store), rows(store))[1])
        if sentence:
            assert str(path) in sentence
            assert "doctor --repair" in sentence
        else:
            assert found == expected


@pytest.mark.parametrize("n", COUNTS)
def test_a_damaged_catalogue_does_not_end_a_sync_in_anything_but_a_sentence(store: Path, n: int) -> None:
    path = catalogue_path(store, 2)
    for changed in flips(path.read_bytes(), n):
        path.write_bytes(changed)
        report, sentence = outcome(lambda: filled_store(store, [run_record(5, n_steps=60)]))
        assert report is not None or "catalogue" in sentence
        catalogue_path(store, 3).unlink(missing_ok=True)
        (store / "CURRENT").write_text(path.name + "\n")


def test_a_mistake_in_a_question_is_no_damage(store: Path) -> None:
    with pytest.raises(duckdb.CatalogException), read_catalogue(store) as con:
        con.sql("SELECT * FROM nowhere")


def test_what_names_the_catalogue_may_be_no_text(store: Path) -> None:
    (store / "CURRENT").write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match="does not name a catalogue"):
        rows(store)


def test_the_doctor_notes_the_checksums_that_an_older_store_lacks(store: Path) -> None:
    before, cells = everything(store), grid_content(store)
    without_checksums(store)
    key_alone = grid_key("sha", {"n": 50}, 1) + ".parquet"
    (path,) = (store / "grids").iterdir()
    path.rename(path.with_name(key_alone))
    with duckdb.connect(str(catalogue_path(store, 2))) as con:
        con.execute("UPDATE grids SET grid_file = $name", {"name": key_alone})
    assert [(finding.kind, finding.harmless) for finding in examine(store)] == [("checksum", True)] * 2
    done = repair(store, pytest.fail)
    assert done == ["Noted the checksums of files that had none, in version 3 of the catalogue."]
    assert everything(store) == before
    assert grid_content(store) == cells
    with read_catalogue(store) as con:
        assert stored_grids(con)["grid_file"].tolist() == [path.name]
    assert examine(store) == []
    assert repair(store, pytest.fail) == []
    assert store_version(store) == 3


def test_a_damaged_curve_gets_no_checksum(store: Path) -> None:
    without_checksums(store)
    path = min((store / "curves").iterdir())
    path.write_bytes(path.read_bytes()[:-30])
    repair(store, pytest.fail)
    with read_version(store, 3) as con:
        noted = dict(con.sql("SELECT curve_file, curve_sha256 IS NOT NULL FROM runs").fetchall())
    assert noted[path.name] is False
    assert sorted(noted.values()) == [False, True]
    assert not lacks_checksums(store, 3)


def test_a_damaged_file_of_the_same_content_is_written_anew(store: Path, tmp_path: Path) -> None:
    before = everything(store)
    path = min((store / "curves").iterdir())
    path.write_bytes(b"PAR1")
    min((store / "models").iterdir()).unlink()
    min((store / "models").iterdir()).unlink()  # so that both runs are brought in once more
    filled_store(store, [run_record(seed, model_dir=tmp_path, n_steps=60) for seed in range(2)])
    assert everything(store) == before
