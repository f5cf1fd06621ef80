"""What the Generalisation page reads: models, their grids and evaluations; cached by the stores' versions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import streamlit as st

from orbitsens.config import ConfigError, parse_dataset_name
from orbitsens.datasets import make_dataset
from orbitsens.grid_settings import GridSettings
from orbitsens.version import NUMERICS
from pages.shared.data import Catalogue, reading
from pages.shared.grids.later import later_errors, orbit_by_orbit
from store import evaluations, queries
from store.connect import StoreError, store_version
from store.filters import EVERYTHING, RunFilter
from store.gridfiles import read_cell, read_grid

MOST_LISTED = 500  # models to choose from; the filter finds older ones

_cached = st.cache_data(show_spinner=False, max_entries=64)


class GridFile(NamedTuple):
    """Where the cells of a grid are: a store and the file's name there."""

    store: str
    name: str


def home(of: Catalogue) -> Catalogue:
    """Return where the evaluations of a store's models are; its version is 0 where there are none yet."""
    path = evaluations.evaluation_store(Path(of.path))
    return Catalogue(of.name, str(path), store_version(path) or 0)


def places(of: Catalogue) -> tuple[Catalogue, ...]:
    """Return the stores in which evaluations of a store's models lie, each in its version in force."""
    found = evaluations.evaluation_stores(Path(of.path))
    return tuple(Catalogue(of.name, str(path), store_version(path) or 0) for path in found)


@_cached
def models(
    of: Catalogue, which: RunFilter, named: tuple[str, ...], checksums: frozenset[str]
) -> tuple[pd.DataFrame, int]:
    """List the newest runs that have a model file, and those `named` or of `checksums`; say how many have one."""
    with reading(of) as con:
        return queries.models(con, which, MOST_LISTED, named, checksums)


@_cached
def evaluated(at: tuple[Catalogue, ...]) -> frozenset[str]:
    """Return the checksums of the models that have a grid, whichever, made with this code."""
    found: frozenset[str] = frozenset()
    for place in at:
        with reading(place) as con:
            stored = evaluations.stored_grids(con)
        found |= frozenset(stored.loc[stored["numerics"] == NUMERICS, "model_sha256"])
    return found


@_cached
def grid_files(at: tuple[Catalogue, ...], checksums: tuple[str, ...], settings: GridSettings) -> dict[str, GridFile]:
    """Return the grid of each model that has one for these settings and this code, by checksum."""
    wanted = {evaluations.grid_key(sha, settings.plain(), NUMERICS): sha for sha in checksums}
    files: dict[str, GridFile] = {}
    for place in reversed(at):
        with reading(place) as con:
            stored = evaluations.stored_grids(con, checksums)
        found = stored[stored["grid_key"].isin(list(wanted))]
        pairs = zip(found["grid_key"], found["grid_file"], strict=True)
        files |= {wanted[key]: GridFile(place.path, name) for key, name in pairs}
    return files


@_cached
def cells(of: GridFile) -> pd.DataFrame:
    """Return the cells of a grid; a file's name says what is in it, so it is never stale."""
    return read_grid(Path(of.store), of.name)


def readable(files: Mapping[str, GridFile]) -> tuple[dict[str, GridFile], list[str]]:
    """Return those of some grids whose files are whole, and a sentence for each of the others."""
    whole, damaged = {}, []
    for name, file in files.items():
        try:
            cells(file)
            whole[name] = file
        except StoreError as error:
            damaged.append(str(error))
    return whole, damaged


@_cached
def along(of: GridFile, row: int) -> Mapping[str, Sequence[float]]:
    """Return what lies along the orbit of one cell."""
    return read_cell(Path(of.store), of.name, row)


@_cached
def test_errors(of: Catalogue, which: RunFilter, at: Catalogue, metric: str) -> pd.DataFrame:
    """List what models were measured at on test datasets, as logged or later.

    Columns: run_key, run_id, group, setting_hash, trained_on, dataset, value, n_orbits, n_failed. What the run logged
    counts, and beyond that the newest evaluation, wherever it is stored.
    """
    with reading(of) as con:
        logged, runs = queries.test_errors(con, which, metric), queries.model_checksums(con, which)
    both = pd.concat([logged, _later(of, at, runs, metric)[logged.columns]])
    return both.drop_duplicates(["run_key", "dataset"], ignore_index=True)


@_cached
def orbit_errors(of: Catalogue, at: Catalogue, run_keys: tuple[str, ...], metric: str) -> pd.DataFrame:
    """List what some runs were measured at on each orbit of test datasets: run_key, dataset, orbit, value."""
    with reading(of) as con:
        logged, runs = evaluations.test_orbit_errors(con, run_keys, metric), queries.model_checksums(con, EVERYTHING)
    later = orbit_by_orbit(_later(of, at, runs[runs["run_key"].isin(run_keys)], metric))
    both = pd.concat([logged, later[logged.columns]])
    return both.drop_duplicates(["run_key", "dataset", "orbit"], ignore_index=True)


def _later(of: Catalogue, at: Catalogue, runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The evaluations that are in another store than the runs; those in the runs' own store it lists by itself."""
    models = list(runs["model_sha256"]) if at.path != of.path and at.version else []
    with reading(at if models else of) as con:
        return later_errors(evaluations.stored_evaluations(con, models), runs, metric)


@_cached
def orbits_of(dataset: str) -> pd.DataFrame:
    """Return a_km and e of a named dataset's orbits, in its order; none where they are in a file."""
    if family(dataset) is None:
        return pd.DataFrame({"a_km": [], "e": []})
    elements = make_dataset(dataset).elements
    return pd.DataFrame({"a_km": elements.semi_major_axis, "e": elements.eccentricity})


def training_orbits(dataset: str, num_trajs: int) -> pd.DataFrame:
    """Return a_km and e of the orbits that a run took (validation included); none where they are in a file."""
    orbits = orbits_of(dataset)
    return orbits if num_trajs < 0 else orbits.head(num_trajs)


def family(dataset: str) -> str | None:
    """The family of a dataset's orbits; None for a dataset that is known by its file alone."""
    try:
        return parse_dataset_name(dataset).family
    except ConfigError:
        return None
