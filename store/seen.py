"""What each source looked like when its runs were last stored, so that what has not changed is not read again.

Kept beside the catalogue, as `SEEN.parquet`: losing it, or finding an old one, costs time and nothing else, since an
entry counts only as long as the store has the very records that it names.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from store.drafts import explained
from store.durable import put_in_place, temporary
from store.layout import SEEN
from store.lock import writer_lock

_SCHEMA = pa.schema(
    {"where": pa.string(), "mark": pa.string(), "record_hashes": pa.map_(pa.string(), pa.string())},
)


def sightings(store: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Return for each place its mark, and the hashes of the records that it made, by run key; empty if unreadable."""
    try:
        table = pq.read_table(store / SEEN, schema=_SCHEMA)
    except (OSError, ValueError, pa.ArrowException):
        return {}
    columns = (table[name].to_pylist() for name in _SCHEMA.names)
    rows = zip(*columns, strict=True)
    return {where: (mark, dict(hashes)) for where, mark, hashes in rows if None not in (where, mark, hashes)}


def seen_problem(store: Path) -> str | None:
    """Say what is wrong with the file of sightings; None where nothing is, or there is no such file."""
    path = store / SEEN
    if not path.exists():
        return None
    try:
        with pq.ParquetFile(path) as file:
            file.read()
            names = file.schema_arrow.names
    except (OSError, ValueError, pa.ArrowException) as error:
        return f"cannot be read ({str(error).splitlines()[0]})"
    return None if names == _SCHEMA.names else "does not hold what sources looked like"


def note_sightings(
    store: Path, found: Mapping[str, tuple[str, Mapping[str, str]]], on_wait: Callable[[str], None]
) -> None:
    """Add sightings, in place of earlier ones of the same place; `on_wait` is told for whom this writer waits.

    Raises:
        StoreError: the disk is full or the store cannot be written.
    """
    with explained(store), writer_lock(store, on_wait):
        rows = [
            {"where": where, "mark": mark, "record_hashes": list(hashes.items())}
            for where, (mark, hashes) in (sightings(store) | dict(found)).items()
        ]
        path = store / SEEN
        pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), temporary(path), compression="zstd")
        put_in_place(path)
