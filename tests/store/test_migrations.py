"""A catalogue of every earlier schema, kept as a file, comes up to date with all its rows."""

import shutil
from pathlib import Path

import pytest

from store import migrate, queries
from store.connect import StoreError, read_catalogue, read_version
from store.filters import of_group
from store.layout import catalogue_path, set_current, store_version
from store.repair import repair
from tests.factories import SEEDING, TEST, filled_store, run_record

FIXTURES = Path(__file__).parent / "fixtures"
EARLIER = sorted(number for number in migrate.steps() if number < migrate.known_schema())
KEPT = ("runs", "parameters", "extra_parameters", "metrics", "history_stats", "syncs")


def table_rows(store: Path, version: int) -> dict[str, list[dict[str, object]]]:
    with read_version(store, version) as con:
        return {table: con.table(table).to_arrow_table().to_pylist() for table in KEPT}


@pytest.mark.parametrize("number", EARLIER)
def test_every_earlier_schema_has_a_fixture_that_comes_up_to_date_with_all_its_rows(store: Path, number: int) -> None:
    store.mkdir()
    shutil.copyfile(FIXTURES / f"schema-{number:03}.duckdb", catalogue_path(store, 1))
    set_current(store, 1)
    with read_version(store, 1) as con:
        assert migrate.schema_version(con) == number
    before = table_rows(store, 1)
    assert before["runs"]
    with (
        pytest.raises(StoreError, match=rf"has schema {number} .*doctor --repair --store {store}`"),
        read_catalogue(store),
    ):
        pass
    report = filled_store(store, [])
    assert (report.published, store_version(store)) == (True, 2)
    after = table_rows(store, 2)
    assert len(after["syncs"]) == len(before["syncs"]) + 1
    after["syncs"] = after["syncs"][:-1]
    for table in KEPT:
        kept = [{key: row[key] for key in old} for row, old in zip(after[table], before[table], strict=True)]
        assert kept == before[table]
    with read_catalogue(store) as con:
        assert len(queries.run_metric(con, of_group(SEEDING), "acceleration_error", TEST, "test")) == len(
            before["runs"]
        )
    assert filled_store(store, []).published is False


def test_the_command_that_is_named_for_an_earlier_schema_brings_any_store_up_to_date(store: Path) -> None:
    """Also one that has no runs, such as that of the evaluations of shipped models, which no sync ever touches."""
    store.mkdir()
    shutil.copyfile(FIXTURES / f"schema-{EARLIER[-1]:03}.duckdb", catalogue_path(store, 1))
    set_current(store, 1)
    repair(store, on_wait=print)
    with read_catalogue(store) as con:
        assert migrate.schema_version(con) == migrate.known_schema()


def test_configs_and_summaries_are_compressed(store: Path) -> None:
    filled_store(store, [run_record()])
    with read_catalogue(store) as con:
        how = con.sql("SELECT column_name, segment_type, compression FROM pragma_storage_info('runs')").fetchall()
    assert {(name, way) for name, kind, way in how if kind == "JSON"} == {("config", "ZSTD"), ("summary", "ZSTD")}
