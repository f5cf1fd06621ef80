"""Noting checksums that an older store lacks: of curves in the catalogue, of grids in their files' names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfile

import duckdb
import pyarrow as pa

from store import curves, gridfiles
from store.connect import read_version
from store.damage import DamagedFile
from store.durable import put_in_place, temporary
from store.frames import arrow
from store.sqltext import statement


def lacks_checksums(store: Path, version: int) -> bool:
    """Say whether some file of a version has no noted checksum; one that is not there does not count."""
    with read_version(store, version) as con:
        curve_files, grid_files = _unnoted_curves(con), _unnoted_grids(con)
    paths = [store / curves.FOLDER / row["curve_file"] for row in curve_files]
    paths += [store / gridfiles.FOLDER / row["grid_file"] for row in grid_files]
    return any(path.exists() for path in paths)


def note_checksums(con: duckdb.DuckDBPyConnection, store: Path) -> None:
    """Note the checksum of every file that has none, in a draft of the catalogue.

    Curves are compared with the checksum of their content first; a damaged one, or a grid that cannot be read, is
    left for the doctor to name.
    """
    noted = []
    for row in _unnoted_curves(con):
        path = store / curves.FOLDER / row["curve_file"]
        if curves.is_whole(path, row["run_key"]):
            noted.append({"run_key": row["run_key"], "curve_sha256": curves.file_sha256(path)})
    _update(con, "note_curve_checksums", noted)
    renamed = []
    for row in _unnoted_grids(con):
        path = store / gridfiles.FOLDER / row["grid_file"]
        try:
            gridfiles.cell_table(path)
        except DamagedFile:
            continue
        # The old name stays for readers of the versions before.
        named = path.with_name(f"{path.stem}-{gridfiles.file_checksum(path)}{path.suffix}")
        copyfile(path, temporary(named))
        put_in_place(named)
        renamed.append({"grid_key": row["grid_key"], "grid_file": named.name})
    _update(con, "note_grid_files", renamed)


def _unnoted_curves(con: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    return arrow(con, "curves_without_checksum").to_pylist()


def _unnoted_grids(con: duckdb.DuckDBPyConnection) -> list[dict[str, str]]:
    return [row for row in arrow(con, "doctor_grids").to_pylist() if not gridfiles.has_checksum(row["grid_file"])]


def _update(con: duckdb.DuckDBPyConnection, name: str, noted: Sequence[Mapping[str, str]]) -> None:
    if noted:
        con.register("noted", pa.Table.from_pylist(list(noted)))
        con.execute(statement(name))
        con.unregister("noted")
