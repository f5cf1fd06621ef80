"""Residual grids as files: one immutable Parquet file each below `grids/`, a row per cell.

Columns: a_km, e, feasible, failed (a rollout that did not come to its end; NULL where there was none), one column per
field (NULL where infeasible or failed), and, where the grid keeps its orbits, lists of float along each orbit:
error_along (%), acceleration_x and _y (km/s^2, in the plane of the orbit, at some of the samples), path_x and path_y
(km), position_error_along (km), all to three digits. Rows are in the order of e, then of a.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from store.damage import DamagedFile, describing_damage
from store.durable import put_in_place, temporary
from store.errors import StoreError

FOLDER = "grids"
ALONG = ("error_along", "acceleration_x", "acceleration_y", "path_x", "path_y", "position_error_along")
CELL = ("a_km", "e", "feasible", "failed")
_ROWS_TOGETHER = 1024


def write_grid(store: Path, grid_key: str, cells: pa.Table) -> str:
    """Write a grid's cells, unless they lie there; return the file's name: the key, and part of its own checksum."""
    folder = store / FOLDER
    folder.mkdir(exist_ok=True)
    draft = temporary(folder / f"{grid_key}.parquet")
    # Numbers that hardly repeat: bytes of equal significance lie together, which halves the file.
    pq.write_table(
        cells,
        draft,
        compression="zstd",
        row_group_size=_ROWS_TOGETHER,
        use_dictionary=False,
        use_byte_stream_split=[f"{name}.list.element" for name in ALONG if name in cells.column_names],
    )
    path = folder / f"{grid_key}-{file_checksum(draft)}.parquet"
    draft.replace(temporary(path))
    put_in_place(path)
    return path.name


def file_checksum(path: Path) -> str:
    """Return what the name of a grid's file ends with: part of the SHA-256 of its bytes."""
    return _checksum(path.read_bytes())


def has_checksum(grid_file: str) -> bool:
    """Say whether the name of a grid's file ends with its checksum: the oldest ones are named by their key alone."""
    return "-" in grid_file


def read_grid(store: Path, grid_file: str) -> pd.DataFrame:
    """Return a grid's cells without what lies along their orbits; NaN in a field: infeasible or failed.

    Raises:
        StoreError: the file is not there any more, or damaged.
    """
    table = _read(store, grid_file)
    frame: pd.DataFrame = table.drop_columns([name for name in ALONG if name in table.column_names]).to_pandas()
    return frame


def read_cell(store: Path, grid_file: str, row: int) -> Mapping[str, Sequence[float]]:
    """Return what lies along the orbit of the cell in row `row`, by column; empty for a grid without orbits.

    Raises:
        StoreError: the file is not there any more, or damaged.
    """
    table = _read(store, grid_file)
    found = table.select([name for name in ALONG if name in table.column_names]).slice(row, 1).to_pylist()
    return {name: values for name, values in (found[0] if found else {}).items() if values is not None}


def is_whole(store: Path, grid_file: str) -> bool:
    """Say whether a grid's file is there and is what was written."""
    try:
        cell_table(store / FOLDER / grid_file)
    except DamagedFile:
        return False
    return True


def cell_table(path: Path) -> pa.Table:
    """Read all of a grid's file, once the checksum in its name has been compared.

    Raises:
        DamagedFile: it is missing, cannot be read, or is not what was written.
    """
    with describing_damage("is"):
        content = path.read_bytes()
        if has_checksum(path.name) and path.stem.rpartition("-")[2] != _checksum(content):
            raise DamagedFile("is damaged: the checksum fails")
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            return file.read()


def _read(store: Path, grid_file: str) -> pa.Table:
    path = store / FOLDER / grid_file
    try:
        return cell_table(path)
    except DamagedFile as damage:
        raise StoreError(
            f"The grid {path} {damage}: run `python -m runner doctor --repair`, then evaluate its model again."
        ) from damage


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
