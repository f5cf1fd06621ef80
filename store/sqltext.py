"""The store's SQL, one statement or one step a file."""

from functools import cache
from pathlib import Path

SQL = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> str:
    """Return the text of `store/sql/<name>.sql`; values are bound when it is executed, never formatted in."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
