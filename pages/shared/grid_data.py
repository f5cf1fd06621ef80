"""What the Generalisation page reads: models, their grids and evaluations; cached by the stores' versions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from orbitsens.config import ConfigError, parse_dataset_name
from orbitsens.datasets import make_dataset
from orbitsens.grid_settings import GridSettings
from orbitsens.version import __version__
from pages.shared.data import Catalogue
from store import evaluations
from store.connect import read_catalogue, store_version
from store.gridfiles import read_cell, read_grid

_cached = st.cache_data(show_spinner=False, max_entries=64)


def home(of: Catalogue) -> Catalogue:
    """Return where the evaluations of a store's models are; its version is 0 where there are none yet."""
    path = evaluations.evaluation_store(Path(of.path))
    return Catalogue(of.name, str(path), store_version(path) or 0)


@_cached
def models(of: Catalogue) -> pd.DataFrame:
    """List the runs that have a model file, the newest first."""
    with read_catalogue(Path(of.path)) as con:
        runs = evaluations.stored_models(con)
    return runs[runs["model_file"].notna()].reset_index(drop=True)


@_cached
def grid_files(at: Catalogue, checksums: tuple[str, ...], settings: GridSettings) -> dict[str, str]:
    """Return the grid file of each model that has one for these settings and this code, by checksum."""
    if at.version == 0:
        return {}
    with read_catalogue(Path(at.path)) as con:
        stored = evaluations.stored_grids(con, checksums)
    wanted = {evaluations.grid_key(sha, settings.plain(), __version__): sha for sha in checksums}
    found = stored[stored["grid_key"].isin(list(wanted))]
    return {wanted[key]: name for key, name in zip(found["grid_key"], found["grid_file"], strict=True)}


@_cached
def cells(store: str, grid_file: str) -> pd.DataFrame:
    """Return the cells of a grid; a file's name says what is in it, so it is never stale."""
    return read_grid(Path(store), grid_file)


@_cached
def along(store: str, grid_file: str, row: int) -> Mapping[str, Sequence[float]]:
    """Return what lies along the orbit of one cell."""
    return read_cell(Path(store), grid_file, row)


@_cached
def test_errors(of: Catalogue, at: Catalogue, metric: str) -> pd.DataFrame:
    """List what all runs were measured at on test datasets, as logged or later: trained_on, dataset, value, run_id."""
    runs = models(of)
    with read_catalogue(Path(of.path)) as con:
        found = evaluations.test_errors(con, list(runs["run_key"]), metric)
    if at.path == of.path or at.version == 0:
        return found
    with read_catalogue(Path(at.path)) as con:
        later = evaluations.stored_evaluations(con, list(runs["model_sha256"]))
    later = later[(later["metric"] == metric) & (later["split"] == "test")]
    named = runs.rename(columns={"dataset_name": "trained_on"})[["run_key", "run_id", "trained_on", "model_sha256"]]
    both = pd.concat([found, later.merge(named, on="model_sha256")[found.columns]])
    return both.drop_duplicates(["run_key", "dataset"]).reset_index(drop=True)


@_cached
def training_orbits(dataset: str, num_trajs: int) -> pd.DataFrame:
    """Return a_km and e of the orbits that a run took (validation included); none where they are in a file."""
    if family(dataset) is None:
        return pd.DataFrame({"a_km": [], "e": []})
    elements = make_dataset(dataset).elements
    n = len(elements.semi_major_axis) if num_trajs < 0 else num_trajs
    return pd.DataFrame({"a_km": elements.semi_major_axis[:n], "e": elements.eccentricity[:n]})


def family(dataset: str) -> str | None:
    """The family of a dataset's orbits; None for a dataset that is known by its file alone."""
    try:
        return parse_dataset_name(dataset).family
    except ConfigError:
        return None
