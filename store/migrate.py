"""Numbered schemas: which one a catalogue has, which ones this code knows, and how to get from one to the next."""

from pathlib import Path

import duckdb

SCHEMAS = Path(__file__).parent / "schema"


def steps() -> dict[int, str]:
    """Return the SQL of every migration by its number, in the order to apply them."""
    return {int(p.name[:3]): p.read_text(encoding="utf-8") for p in sorted(SCHEMAS.glob("[0-9][0-9][0-9]_*.sql"))}


def known_schema() -> int:
    """Return the newest schema that this code knows."""
    return max(steps())


def schema_version(con: duckdb.DuckDBPyConnection) -> int:
    """Return the schema of an open catalogue; 0 for an empty one."""
    if not con.sql("SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'").fetchall():
        return 0
    return int(con.sql("SELECT max(schema_version) FROM meta").fetchall()[0][0])


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Bring a catalogue to the newest schema, each step in a transaction of its own."""
    present = schema_version(con)
    for number, text in steps().items():
        if number <= present:
            continue
        con.begin()
        if number == 1:
            con.execute("CREATE TABLE meta (schema_version BIGINT NOT NULL)")
        con.execute(text)
        con.execute("INSERT INTO meta VALUES ($number)", {"number": number})
        con.commit()
