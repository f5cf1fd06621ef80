"""What is wrong with a run store: every checksum, orphan, version and permission."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa

from store import annotation_file, curves, datasets, gridfiles, models, views
from store.connect import read_version
from store.damage import first_line
from store.durable import TEMPORARY
from store.errors import StoreError
from store.filecheck import curve_problem, grid_problem, model_problem
from store.frames import arrow
from store.layout import JOBS, SEEN, SWEEPS, catalogue_path, store_version, versions
from store.leftovers import FOLDERS, GRACE
from store.lock import HOLDER
from store.migrate import known_schema, schema_version
from store.seen import seen_problem
from store.team_files import left_over, odd_files

Kind = Literal[
    "permission", "pointer", "catalogue", "schema", "rows", "file", "dataset", "checksum", "odd", "orphan", "leftover"
]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `what` says it in a sentence; `harmless` things need no one's attention. `path` is the file that it is about,
    `run_key`, `group` and `source` the run that lost something, each None where it is about none.
    """

    kind: Kind
    what: str
    path: Path
    harmless: bool = False
    run_key: str | None = None
    group: str | None = None
    source: str | None = None


def examine(store: Path) -> list[Finding]:
    """Check all of a store, reading every file; nothing is changed.

    Raises:
        StoreError: there is no such directory.
    """
    try:
        is_folder = store.is_dir()
    except OSError as error:
        raise StoreError(f"Cannot read the run store at {store}: {error.strerror}; name another.") from error
    if not is_folder:
        raise StoreError(f"There is no run store at {store}: run `python -m runner sync` or a sweep first.")
    found = list(_permissions(store))
    if not os.access(store, os.R_OK | os.X_OK):
        return found
    try:
        current = store_version(store)
    except StoreError as error:
        return [*found, Finding("pointer", str(error), store / "CURRENT"), *_leftovers(store, None)]
    if current is None:
        what = f"{store} holds no catalogue: it is empty, or not a run store."
        return [*found, Finding("pointer", what, store / "CURRENT"), *_leftovers(store, None)]
    found += _pointer(store, current)
    for version in versions(store):
        found += _catalogue(store, version, in_force=version == current)
    if not any(finding.kind in ("catalogue", "schema") and not finding.harmless for finding in found):
        found += _content(store, current)
    return [*found, *_datasets(store), *_odd(store), *_leftovers(store, current)]


def _odd(store: Path) -> Iterator[Finding]:
    """Small files that are not understood: readers do without them."""
    for path, what in odd_files(store):
        yield Finding("odd", what, path)
    if problem := seen_problem(store):
        yield Finding("odd", f"{SEEN} {problem}; the next sync reads everything anew.", store / SEEN)


def _permissions(store: Path) -> Iterator[Finding]:
    names = (*FOLDERS, JOBS, annotation_file.FOLDER, views.FOLDER)
    folders = [store, *(store / name for name in names if (store / name).is_dir())]
    for folder in folders:
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Finding("permission", f"You may not read and write the directory {folder}.", folder)
            continue
        for path in folder.iterdir():
            if path.is_file() and not os.access(path, os.R_OK):
                yield Finding("permission", f"You may not read {path}.", path)


def _pointer(store: Path, current: int) -> Iterator[Finding]:
    path, name = store / "CURRENT", catalogue_path(store, current).name
    named = path.read_text(encoding="utf-8").strip() if path.exists() else "nothing"
    if named != name:
        yield Finding("pointer", f"CURRENT names {named}, and {name} is in force in its place.", path)


def _catalogue(store: Path, version: int, *, in_force: bool) -> Iterator[Finding]:
    """Open a version and read all of it, so that the checksum of every block is compared."""
    path = catalogue_path(store, version)
    try:
        with read_version(store, version) as con:
            schema = schema_version(con)
            names = [name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()]
            for name in names:
                con.table(name).to_arrow_table()
    except (StoreError, duckdb.Error) as error:
        what = f"The catalogue {path.name} is damaged: {first_line(error.__cause__ or error)}"
        yield Finding("catalogue", what, path, harmless=not in_force)
        return
    if in_force and schema != known_schema():
        how = "the next sync brings it up to date" if schema < known_schema() else "update orbitsens"
        yield Finding("schema", f"The catalogue has schema {schema}, this program knows {known_schema()}: {how}.", path)


def _content(store: Path, current: int) -> Iterator[Finding]:
    path = catalogue_path(store, current)
    with read_version(store, current) as con:
        for row in arrow(con, "doctor_rows").to_pylist():
            if row["n"]:
                yield Finding("rows", f"The catalogue has {row['n']} {row['what']}.", path)
        runs = arrow(con, "doctor_files").to_pylist()
        grids = arrow(con, "doctor_grids").to_pylist()
    yield from _run_files(store, runs)
    yield from _grid_files(store, grids)
    unnoted = sum(bool(run["curve_file"]) and run["curve_sha256"] is None for run in runs)
    if unnoted:
        what = f"The catalogue has no checksum of the files of {unnoted} runs' curves; --repair notes them."
        yield Finding("checksum", what, path, harmless=True)


def _run_files(store: Path, runs: list[dict[str, Any]]) -> Iterator[Finding]:
    for run in runs:
        about = {key: run[key] for key in ("run_key", "group", "source")}
        if run["curve_file"]:
            curve = store / curves.FOLDER / run["curve_file"]
            if problem := curve_problem(curve, run["run_key"], run["n_history_rows"], run["curve_sha256"]):
                yield Finding("file", f"The curves of run {run['run_key']} {problem}.", curve, **about)
        if run["model_file"]:
            model = store / models.FOLDER / run["model_file"]
            if problem := model_problem(model, run["model_sha256"], run["model_bytes"]):
                yield Finding("file", f"The model of run {run['run_key']} {problem}.", model, **about)


def _grid_files(store: Path, grids: list[dict[str, Any]]) -> Iterator[Finding]:
    for grid in grids:
        cells = store / gridfiles.FOLDER / grid["grid_file"]
        if problem := grid_problem(cells):
            yield Finding("file", f"The grid {grid['grid_key']} {problem}: evaluate its model again.", cells)
        elif not gridfiles.has_checksum(grid["grid_file"]):
            what = f"The grid {grid['grid_key']} has no checksum, so damage may go unseen; --repair notes one."
            yield Finding("checksum", what, cells, harmless=True)


def _datasets(store: Path) -> Iterator[Finding]:
    for path, problem in datasets.dataset_problems(store):
        yield Finding("dataset", f"The file {path.name} of dataset {path.parent.name} {problem}.", path)


def _leftovers(store: Path, current: int | None) -> Iterator[Finding]:
    """What lies there that nobody uses; the next sync sweeps it, once its grace is over."""
    used = _used(store)
    for name in FOLDERS:
        for path in sorted((store / name).glob("*")):
            if TEMPORARY in path.name:
                yield Finding("leftover", f"{path.name} was left behind by a writer that died.", path, harmless=True)
            elif path.name not in used:
                young = time.time() - path.stat().st_mtime < GRACE.total_seconds()
                what = f"No run uses {name}/{path.name}{' (any more)' if young else ''}."
                yield Finding("orphan", what, path, harmless=True)
    for path in sorted(store.glob(f"*{TEMPORARY}*")):
        yield Finding("leftover", f"{path.name} was left behind by a writer that died.", path, harmless=True)
    for version in versions(store):
        if current is not None and version > current:
            path = catalogue_path(store, version)
            yield Finding("leftover", f"{path.name} was never put in force.", path, harmless=True)
    for path, what in left_over(store):
        yield Finding("leftover", what, path, harmless=True)
    yield from _foreign(store)


def _foreign(store: Path) -> Iterator[Finding]:
    known = {"CURRENT", "SYNCED", SEEN, "LOCK", HOLDER, JOBS, datasets.FOLDER, *FOLDERS}
    known |= {SWEEPS, annotation_file.FOLDER, views.FOLDER}
    for path in sorted(store.iterdir()):
        if path.name not in known and TEMPORARY not in path.name and not path.match("catalogue-*.duckdb"):
            yield Finding("orphan", f"{path.name} is not part of a run store.", path, harmless=True)


def _used(store: Path) -> set[str]:
    """Names of the files that some version of the catalogue uses."""
    used: set[str] = set()
    for version in versions(store):
        try:
            with read_version(store, version) as con:
                for table, columns in (("runs", ("curve_file", "model_file")), ("grids", ("grid_file",))):
                    if table in {name for (name,) in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}:
                        for column in columns:
                            used.update(
                                filter(None, con.table(table).project(column).to_arrow_table()[column].to_pylist())
                            )
        except (StoreError, duckdb.Error, pa.ArrowException):
            continue  # `_catalogue` tells of it
    return used
