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
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def read_grid(store: Path, grid_file: str) -> pd.DataFrame:
    """Return a grid's cells without what lies along their orbits; NaN in a field: infeasible or failed.

    Raises:
        StoreError: the file is not there any more, or damaged.
    """
    with _opened(store, grid_file) as file:
        names = [name for name in file.schema_arrow.names if name not in ALONG]
        frame: pd.DataFrame = file.read(columns=names).to_pandas()
    return frame


def read_cell(store: Path, grid_file: str, row: int) -> Mapping[str, Sequence[float]]:
    """Return what lies along the orbit of the cell in row `row`, by column; empty for a grid without orbits.

    Raises:
        StoreError: the file is not there any more, or damaged.
    """
    with _opened(store, grid_file) as file:
        names = [name for name in ALONG if name in file.schema_arrow.names]
        group = file.read_row_group(row // _ROWS_TOGETHER, columns=names) if names else None
    if group is None:
        return {}
    found = group.slice(row % _ROWS_TOGETHER, 1).to_pylist()[0]
    return {name: values for name, values in found.items() if values is not None}


def _opened(store: Path, grid_file: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(store / FOLDER / grid_file)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise StoreError(
            f"The grid {grid_file} in {store} is missing or damaged: evaluate its model again with --again."
        ) from error
