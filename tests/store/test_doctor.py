"""The doctor finds every kind of damage, and mends what can be mended."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from store.connect import StoreError, store_version
from store.doctor import examine
from store.layout import catalogue_path, versions
from store.repair import repair
from tests.factories import filled_store, run_record
from tests.store.looking import everything, rows


@pytest.fixture
def records_and_store(store: Path, tmp_path: Path) -> tuple[list, Path]:
    """Two versions of a store: one run, then three."""
    records = [run_record(seed, model_dir=tmp_path, n_steps=60) for seed in range(3)]
    filled_store(store, records[:1])
    filled_store(store, records)
    return records, store


def harmful(store: Path) -> list[str]:
    return [finding.kind for finding in examine(store) if not finding.harmless]


def one_of(folder: Path) -> Path:
    return min(folder.iterdir())


def flip(path: Path, place: int = -20) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)


def no_waiting(message: str) -> None:
    raise AssertionError(message)


def test_a_whole_store_has_nothing_wrong(records_and_store: tuple[list, Path]) -> None:
    assert examine(records_and_store[1]) == []


def test_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no run store"):
        examine(tmp_path / "nowhere")
    assert harmful(tmp_path) == ["pointer"]


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "model": (lambda store: flip(one_of(store / "models")), "model .* damaged: the checksum fails"),
    "short model": (lambda store: one_of(store / "models").write_bytes(b"x"), "model .* damaged"),
    "lost model": (lambda store: one_of(store / "models").unlink(), "model .* is missing"),
    "curve": (lambda store: one_of(store / "curves").write_bytes(b"PAR1"), "curves .* cannot be read"),
    "another's curve": (
        lambda store: one_of(store / "curves").write_bytes(sorted((store / "curves").iterdir())[1].read_bytes()),
        "curves .* the checksum fails",
    ),
    "lost curve": (lambda store: one_of(store / "curves").unlink(), "curves .* are missing"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_found_put_aside_and_brought_again_by_a_sync(
    records_and_store: tuple[list, Path], damage: str
) -> None:
    records, store = records_and_store
    before = everything(store)
    do, words = DAMAGES[damage]
    do(store)
    (finding,) = examine(store)
    assert (finding.kind, finding.group) == ("file", records[0].group)
    assert finding.run_key is not None
    assert re.search(words, finding.what), finding.what
    repair(store, no_waiting)
    assert [f.kind for f in examine(store) if not f.harmless] == ["file"]
    report = filled_store(store, records)
    assert (len(report.changed), len(report.unchanged)) == (1, 2)
    assert harmful(store) == []
    after = everything(store)
    kept = {name: content for name, content in after[1].items() if not name.endswith(".damaged")}
    assert (after[0], kept) == before


def test_a_damaged_catalogue_gives_way_to_the_one_before_it(records_and_store: tuple[list, Path]) -> None:
    records, store = records_and_store
    before = everything(store)
    path = catalogue_path(store, 2)
    path.write_bytes(path.read_bytes()[:5000])
    assert harmful(store) == ["catalogue"]
    done = repair(store, no_waiting)
    assert any("put catalogue-000002.duckdb aside" in line.lower() for line in done)
    assert store_version(store) == 1
    assert harmful(store) == []
    filled_store(store, records)
    assert rows(store) == before[0]


def test_a_flipped_byte_in_the_catalogue_is_found_or_of_no_consequence(records_and_store: tuple[list, Path]) -> None:
    _, store = records_and_store
    whole, expected = catalogue_path(store, 2).read_bytes(), rows(store)
    found = 0
    for place in range(100, len(whole), len(whole) // 25):
        flip(catalogue_path(store, 2), place)
        if harmful(store):
            found += 1
        else:
            assert rows(store) == expected
        catalogue_path(store, 2).write_bytes(whole)
    assert found > 5


def test_without_a_whole_catalogue_it_says_so(store: Path) -> None:
    filled_store(store, [run_record()])
    catalogue_path(store, 1).write_bytes(b"nothing")
    with pytest.raises(StoreError, match="No whole catalogue is left"):
        repair(store, no_waiting)


@pytest.mark.parametrize("text", ["", "nonsense\n", "catalogue-000007.duckdb\n"])
def test_a_broken_pointer_is_set_to_the_newest_catalogue(records_and_store: tuple[list, Path], text: str) -> None:
    _, store = records_and_store
    before = everything(store)
    (store / "CURRENT").write_text(text)
    assert harmful(store) == ["pointer"]
    repair(store, no_waiting)
    assert harmful(store) == []
    assert (store / "CURRENT").read_text() == "catalogue-000002.duckdb\n"
    assert everything(store) == before


def test_leftovers_and_orphans_are_named_and_swept(records_and_store: tuple[list, Path]) -> None:
    _, store = records_and_store
    draft, unborn = store / "catalogue-000003.duckdb.tmp", store / "catalogue-000003.duckdb"
    orphan, young, foreign = store / "curves" / "old.parquet", store / "models" / "young.eqx", store / "notes.txt"
    for path in (draft, unborn, orphan, young, foreign):
        path.write_bytes(b"x")
    unborn.write_bytes(catalogue_path(store, 2).read_bytes())
    long_ago = time.time() - 3600
    os.utime(orphan, (long_ago, long_ago))
    assert harmful(store) == []
    named = {finding.path for finding in examine(store)}
    assert named == {draft, unborn, orphan, young, foreign}
    repair(store, no_waiting)
    assert {finding.path for finding in examine(store)} == {young, foreign}
    assert versions(store)[-1] == 2


def test_rows_that_do_not_fit_are_found(records_and_store: tuple[list, Path]) -> None:
    _, store = records_and_store
    con = duckdb.connect(str(catalogue_path(store, 2)))
    con.execute("DELETE FROM parameters WHERE seed = 0")
    con.execute("INSERT INTO runs SELECT * FROM runs WHERE run_key = (SELECT min(run_key) FROM runs)")
    con.close()
    said = " ".join(finding.what for finding in examine(store))
    assert "1 runs stored more than once" in said
    assert "runs without parameters" in said
    assert "rows" in harmful(store)


def test_an_unreadable_file_is_a_matter_of_permission(
    records_and_store: tuple[list, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, store = records_and_store
    model = one_of(store / "models")
    model.chmod(0)
    # The tests may run as root, who may read all.
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: may(path, mode) and bool(path.stat().st_mode & 0o400))
    assert "permission" in harmful(store)
    repair(store, no_waiting)
    assert harmful(store) == []


def test_a_newer_schema_is_told_and_left_alone(records_and_store: tuple[list, Path]) -> None:
    _, store = records_and_store
    con = duckdb.connect(str(catalogue_path(store, 2)))
    con.execute("UPDATE meta SET schema_version = 99")
    con.close()
    (finding,) = examine(store)
    assert finding.kind == "schema"
    assert "update orbitsens" in finding.what
    assert repair(store, no_waiting) == []
    assert store_version(store) == 2
