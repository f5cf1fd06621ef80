"""The catalogue's tables against the sweep file's schema, and from one schema to the next."""

import shutil
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import duckdb
import pytest

from orbitsens.config import Data, Parameters
from store import migrate, queries
from store.connect import StoreError, read_catalogue, write_draft
from store.filters import of_group
from store.layout import catalogue_path, set_current, store_version
from tests.factories import SEEDING, TEST, filled_store, run_record
from tests.store.looking import everything

FIXTURES = Path(__file__).parent / "fixtures"  # catalogues as older schemas had them
DERIVED = {
    "num_train_orbits": "BIGINT",
    "num_total_orbits": "BIGINT",
    "num_total_segments": "BIGINT",
    "segment_ratio_final": "DOUBLE",
}
SQL_TYPE = {int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", str: "VARCHAR"}


def sql_type(annotation: object) -> str:
    """The column type of a pydantic field, optional or not: schedules and choices are text."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return SQL_TYPE[annotation]
    return "VARCHAR"


def test_every_known_key_has_a_typed_column_and_no_column_is_unknown(store: Path) -> None:
    filled_store(store, [run_record()])
    with read_catalogue(store) as con:
        relation = con.table("parameters")
        columns = dict(zip(relation.columns, map(str, relation.types), strict=True))
    known = {
        name: sql_type(field.annotation) for model in (Data, Parameters) for name, field in model.model_fields.items()
    }
    assert columns == {"run_key": "VARCHAR", **known, **DERIVED}


def test_a_newer_schema_is_refused_by_readers_and_writers(store: Path) -> None:
    filled_store(store, [run_record()])
    before = everything(store)
    raise_schema_to(99, store)
    with pytest.raises(StoreError, match=r"has schema 99, .* up to \d+: update orbitsens"), read_catalogue(store):
        pass
    with pytest.raises(StoreError, match="update orbitsens"):
        filled_store(store, [run_record(1)])
    assert store_version(store) == 1
    raise_schema_to(migrate.known_schema(), store)
    assert everything(store) == before


def test_an_older_schema_is_brought_up_to_date_by_the_next_sync(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled_store(store, [run_record()])
    before = everything(store)
    steps = migrate.steps()
    newest = max(steps) + 1
    monkeypatch.setattr(migrate, "steps", lambda: steps | {newest: "CREATE TABLE later (x BIGINT)"})
    with pytest.raises(StoreError, match="doctor --repair"), read_catalogue(store):
        pass
    report = filled_store(store, [run_record()])
    assert (report.published, report.version, report.new, report.changed) == (True, 2, (), ())
    assert everything(store) == before
    with read_catalogue(store) as con:
        assert con.table("later").fetchall() == []
        assert migrate.schema_version(con) == newest


def test_a_catalogue_of_schema_1_keeps_its_runs_and_gets_the_new_keys(store: Path) -> None:
    store.mkdir()
    shutil.copyfile(FIXTURES / "schema-001.duckdb", catalogue_path(store, 1))
    set_current(store, 1)
    with pytest.raises(StoreError, match=r"has schema 1 .* doctor --repair"), read_catalogue(store):
        pass
    filled_store(store, [])
    with read_catalogue(store) as con:
        table = queries.run_metric(con, of_group(SEEDING), "acceleration_error", TEST, "test")
    assert list(table["state"]) == ["finished", "crashed"]
    assert list(table["width"]) == [64, 64]
    assert table["weight_decay"].isna().all() and table["lr_schedule"].isna().all()


def test_a_migration_that_fails_leaves_the_schema_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = migrate.steps()
    newest = max(steps) + 1
    broken = "CREATE TABLE later (x BIGINT); INSERT INTO nowhere VALUES (1)"
    monkeypatch.setattr(migrate, "steps", lambda: steps | {newest: broken})
    draft = tmp_path / "draft.duckdb"
    with pytest.raises(duckdb.CatalogException, match="nowhere"), write_draft(draft):
        pass
    monkeypatch.undo()
    with write_draft(draft) as con:
        assert migrate.schema_version(con) == newest - 1
        assert "later" not in {name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}


def raise_schema_to(number: int, store: Path) -> None:
    """Make the catalogue say that it has another schema."""
    con = duckdb.connect(str(catalogue_path(store, 1)))
    con.execute("UPDATE meta SET schema_version = $number", {"number": number})
    con.close()
