"""Looking at a whole store, to compare it with another."""

from pathlib import Path

from store.connect import read_catalogue
from store.records import RunRecord

CONTENT = ("runs", "parameters", "extra_parameters", "metrics", "orbit_metrics", "history_stats")


def rows(store: Path) -> dict[str, list[str]]:
    """Every row of every table but the bookkeeping, in a stable order; text tells NULL, NaN and -0 apart."""
    with read_catalogue(store) as con:
        return {table: sorted(map(repr, con.table(table).fetchall())) for table in CONTENT}


def files(store: Path) -> dict[str, bytes]:
    """The bytes of every curve and model."""
    found = [*store.glob("curves/*"), *store.glob("models/*")]
    return {str(path.relative_to(store)): path.read_bytes() for path in found}


def everything(store: Path) -> tuple[dict[str, list[str]], dict[str, bytes]]:
    return rows(store), files(store)


def litter(store: Path) -> list[str]:
    """Drafts that a writer left behind."""
    return [str(path) for path in store.rglob("*.tmp*")]


def key(record: RunRecord) -> str:
    """The run key of a record."""
    return f"{record.entity}/{record.project}/{record.run_id}"
