"""Histories: one immutable Parquet file a run, named by what it holds, and their statistics."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from store.canonical import digest
from store.damage import DamagedFile, describing_damage
from store.durable import put_in_place, temporary
from store.errors import StoreError

FOLDER = "curves"
STEP = "step"
RUN_KEY = "run_key"


class CurveFile(NamedTuple):
    """The file of a run's curves: its name below `curves/`, and the SHA-256 of its bytes (None: not noted)."""

    name: str
    sha256: str | None


def curve_files(rows: Iterable[Mapping[str, Any]]) -> dict[str, CurveFile]:
    """Return the files of runs by run key, from the rows of `curve_files.sql`."""
    return {row[RUN_KEY]: CurveFile(row["curve_file"], row["curve_sha256"]) for row in rows}


def normalised(history: pa.Table) -> pa.Table:
    """Return a history in the order of its steps, `step` first and then its keys by name, numbers as float64.

    A key without any value is left out.
    """
    keys = sorted(name for name in history.column_names if name != STEP and history[name].null_count < len(history))
    columns = {STEP: history[STEP].cast(pa.int64())}
    for key in keys:
        # The files have a column of this name themselves.
        columns[f"{key} (logged)" if key == RUN_KEY else key] = history[key].cast(pa.float64())
    table = pa.table(columns)
    order = np.argsort(table[STEP].to_numpy(), kind="stable")
    return table.take(pa.array(order)).combine_chunks()


def history_hash(history: pa.Table) -> str:
    """Hash a normalised history: equal for equal keys, steps and values, with missing told from NaN."""
    parts: list[str | bytes] = []
    for key in history.column_names:
        values = history[key].to_numpy().astype("<i8" if key == STEP else "<f8")
        values = np.where(np.isnan(values), np.nan, values) if key != STEP else values
        parts += [key, values.tobytes(), np.packbits(history[key].is_null().to_numpy()).tobytes()]
    return digest(*parts)


def write_curve(store: Path, run_key: str, history: pa.Table) -> CurveFile | None:
    """Write a normalised history below `curves/`, unless it lies there undamaged; return its file.

    None for an empty history. The name is made of the content, so a file once written never changes.
    """
    if history.num_rows == 0:
        return None
    name = curve_name(run_key, history)
    path = store / FOLDER / name
    if not is_whole(path, run_key):
        keys = pa.array([run_key] * history.num_rows).dictionary_encode()
        table = history.add_column(0, RUN_KEY, keys)
        pq.write_table(table, temporary(path), compression="zstd", use_dictionary=[RUN_KEY])
        put_in_place(path)
    return CurveFile(name, file_sha256(path))


def curve_name(run_key: str, history: pa.Table) -> str:
    """Return the name of the file of a normalised history: equal for equal run and content."""
    return digest(run_key, history_hash(history))[:24] + ".parquet"


def stats_rows(run_key: str, history: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of the table `history_stats`; a key that was never logged has none."""
    steps = history[STEP].to_numpy()
    rows = []
    for key in history.column_names[1:]:
        logged = history[key].is_valid().to_numpy()
        if logged.any():
            rows.append({"run_key": run_key, "key": key, **_stats(steps[logged], history[key].to_numpy()[logged])})
    return rows


def read_curves(store: Path, files: Mapping[str, CurveFile], keys: Collection[str] | None) -> pd.DataFrame:
    """Read the curves of some runs: one row per run and step with `run_key`, `step` and a column per key.

    `files` maps run keys to files. `keys` None means all; a key that no run logged is a column of NaN.

    Raises:
        StoreError: a file is not there any more, or it is damaged.
    """
    frame: pd.DataFrame = curve_tables(store, files, keys).to_pandas()
    return frame if keys is None else frame.reindex(columns=[RUN_KEY, STEP, *keys])


def curve_tables(store: Path, files: Mapping[str, CurveFile], keys: Collection[str] | None) -> pa.Table:
    """Read curves as `read_curves` does, into Arrow, where missing is told from NaN; columns by name.

    Raises:
        StoreError: a file is not there any more, or it is damaged.
    """
    table, unreadable = readable_curves(store, files, keys)
    if unreadable:
        raise StoreError(unreadable_sentence(unreadable))
    return table


def readable_curves(
    store: Path, files: Mapping[str, CurveFile], keys: Collection[str] | None
) -> tuple[pa.Table, dict[str, str]]:
    """Read the curves that can be read, as `curve_tables` does; of the others say by run key what is wrong."""
    tables, unreadable = [], {}
    for run_key, file in files.items():
        try:
            tables.append(_read(store / FOLDER / file.name, run_key, file.sha256, keys))
        except StoreError as error:
            unreadable[run_key] = str(error)
    empty = pa.table({RUN_KEY: pa.array([], pa.string()), STEP: pa.array([], pa.int64())})
    together = pa.concat_tables([empty, *tables], promote_options="default")
    return together.select([RUN_KEY, STEP, *sorted(set(together.column_names) - {RUN_KEY, STEP})]), unreadable


def unreadable_sentence(unreadable: Mapping[str, str]) -> str:
    """Say which file is damaged and what to do; of several, the first and how many more there are."""
    first, more = next(iter(unreadable.values())), len(unreadable) - 1
    return first + (f" So it is with {more} more run{'s' * (more > 1)}." if more else "")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def whole_history(path: Path, run_key: str, sha256: str | None, keys: Collection[str] | None = None) -> pa.Table:
    """Read a run's normalised history, `keys` of it or all, once the file's checksum has been compared.

    Without a noted checksum (None) all of the content is hashed: the file's name is made of it.

    Raises:
        DamagedFile: it is missing, cannot be read, or is not what was written.
    """
    with describing_damage("are"):
        content = path.read_bytes()
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise DamagedFile("are damaged: the checksum fails")
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            present = [name for name in file.schema_arrow.names if name != RUN_KEY]
            wanted = [name for name in present if keys is None or name == STEP or name in keys]
            history = file.read(columns=present if sha256 is None else wanted)
        if sha256 is None and curve_name(run_key, history) != path.name:
            raise DamagedFile("are damaged: the checksum fails")
        return history.select(wanted)


def is_whole(path: Path, run_key: str) -> bool:
    """Say whether a run's file is there and holds what its name says."""
    try:
        whole_history(path, run_key, None)
    except DamagedFile:
        return False
    return True


def _read(path: Path, run_key: str, sha256: str | None, keys: Collection[str] | None) -> pa.Table:
    try:
        table = whole_history(path, run_key, sha256, keys)
    except DamagedFile as error:
        raise StoreError(
            f"The curves of run {run_key} {error} ({path}): run `python -m runner doctor --repair`, or sync the run's "
            "group again."
        ) from error
    return table.add_column(0, RUN_KEY, pa.array([run_key] * table.num_rows, pa.string()))


def _stats(steps: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> dict[str, Any]:
    finite = np.isfinite(values)
    best = int(np.argmin(np.where(finite, values, np.inf)))
    any_finite = bool(finite.any())
    return {
        "n": len(values),
        "first": float(values[0]),
        "last": float(values[-1]),
        "min": float(values[best]) if any_finite else None,
        "max": float(values[finite].max()) if any_finite else None,
        "step_of_min": int(steps[best]) if any_finite else None,
    }
