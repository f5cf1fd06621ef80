"""The doctor on what is not a run's own: grids, an older schema, and the store's small books."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from store.connect import read_catalogue, store_version
from store.doctor import examine
from store.evaluations import GridEvaluation, publish_evaluations, stored_grids
from store.layout import catalogue_path, last_sync, set_current
from store.migrate import known_schema
from store.repair import repair
from tests.factories import filled_store, run_record

FIXTURE = Path(__file__).parent / "fixtures" / "schema-001.duckdb"


def harmful(store: Path) -> list[str]:
    return [finding.kind for finding in examine(store) if not finding.harmless]


def with_grid(store: Path) -> Path:
    """Publish a grid of 20 cells; return its file."""
    n = 20
    along = pa.array([[0.5 + i, 1.0 / (i + 1)] for i in range(n)])
    cells = {"a_km": [7000.0 + i for i in range(n)], "e": [0.1 * i for i in range(n)], "feasible": [True] * n}
    grid = GridEvaluation("sha", {"n": n}, "0.1.0", 1, pa.table({**cells, "error_along": along}), n, 0, 1.0)
    publish_evaluations(store, [grid], on_wait=pytest.fail)
    with read_catalogue(store) as con:
        (name,) = stored_grids(con)["grid_file"]
    return store / "grids" / str(name)


def test_a_flipped_byte_of_a_grid_is_found(store: Path) -> None:
    filled_store(store, [run_record(0)])
    path = with_grid(store)
    whole = path.read_bytes()
    assert harmful(store) == []
    for place in range(0, len(whole), len(whole) // 20):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        assert harmful(store) == ["file"]


@pytest.mark.parametrize("lost", [True, False])
def test_a_grid_that_is_lost_or_damaged_is_put_aside_and_made_again(store: Path, lost: bool) -> None:
    filled_store(store, [run_record(0)])
    path = with_grid(store)
    whole = path.read_bytes()
    path.unlink() if lost else path.write_bytes(whole[: len(whole) // 2])
    (finding,) = (finding for finding in examine(store) if not finding.harmless)
    assert ("is missing" if lost else "is damaged: the checksum fails") in finding.what
    assert finding.what.endswith("evaluate its model again.")
    repair(store, pytest.fail)
    assert not path.exists()
    assert with_grid(store) == path
    assert path.read_bytes() == whole
    assert harmful(store) == []


def test_an_older_schema_is_told_and_brought_up_to_date(store: Path) -> None:
    store.mkdir()
    shutil.copyfile(FIXTURE, catalogue_path(store, 1))
    set_current(store, 1)
    findings = [finding for finding in examine(store) if finding.kind == "schema"]
    assert ["has schema 1" in finding.what for finding in findings] == [True]
    done = repair(store, pytest.fail)
    assert f"Brought the catalogue to schema {known_schema()}, as version 2." in done
    assert store_version(store) == 2
    assert "schema" not in harmful(store)


def test_small_books_that_make_no_sense(store: Path) -> None:
    filled_store(store, [run_record(0)])
    (store / "SYNCED").write_text("yesterday\n")
    (store / "SEEN.parquet").write_bytes(b"nothing")
    assert sorted(finding.path.name for finding in examine(store)) == ["SEEN.parquet", "SYNCED"]
    repair(store, pytest.fail)
    assert harmful(store) == []
    assert last_sync(store) is not None
