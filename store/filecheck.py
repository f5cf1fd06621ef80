"""Whether a stored file is what the catalogue says it is; a problem reads as the rest of a sentence."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from store.curves import RUN_KEY, curve_name
from store.gridfiles import file_checksum


def curve_problem(path: Path, run_key: str, n_rows: int) -> str | None:
    """Say what is wrong with a run's curves: their name is a checksum of run and content."""
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
    except FileNotFoundError:
        return "are missing"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read ({str(error).splitlines()[0]})"
    if table.num_rows != n_rows:
        return f"have {table.num_rows} rows, not {n_rows}"
    if curve_name(run_key, table.drop_columns([RUN_KEY])) != path.name:
        return "are damaged: the checksum fails"
    return None


def model_problem(path: Path, sha256: str | None, n_bytes: int | None) -> str | None:
    """Say what is wrong with a run's model file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if len(content) != n_bytes or hashlib.sha256(content).hexdigest() != sha256:
        return "is damaged: the checksum fails"
    return None


def grid_problem(path: Path) -> str | None:
    """Say what is wrong with a grid's cells: their file's name ends with its checksum (older ones have none)."""
    try:
        checksum = path.stem.partition("-")[2]
        if checksum and file_checksum(path) != checksum:
            return "is damaged: the checksum fails"
        with pq.ParquetFile(path) as file:
            file.read()
    except FileNotFoundError:
        return "is missing"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read ({str(error).splitlines()[0]})"
    return None
