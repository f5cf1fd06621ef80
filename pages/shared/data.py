"""What the pages read. Its caches, as those of the other `*_data` files, are keyed by the store's version."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import streamlit as st

from store import queries
from store.connect import read_catalogue, store_version
from store.layout import last_sync
from store.location import VARIABLE, own_and_shipped, readable_store
from store.queries import RunDetail

if TYPE_CHECKING:
    from orbitsens.sensitivity.seeding import SeedStudy

_cached = st.cache_data(show_spinner=False, max_entries=64)


class Catalogue(NamedTuple):
    """One version of one store: part of the key of everything that is cached. `name` is what people call the store."""

    name: str
    path: str
    version: int


class Measured(NamedTuple):
    """What a number is: the metric, and the dataset and split it was measured on."""

    metric: str
    dataset: str | None
    split: str


def stores() -> dict[str, Path]:
    """Return the stores that can be chosen, by name: one where a person named it, else the own and the shipped one.

    A store is named by `streamlit run app.py -- --store DIR` or by the variable `ORBITSENS_STORE`.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--store", type=Path)
    flag = parser.parse_known_args(sys.argv[1:])[0].store
    if flag is None and not os.environ.get(VARIABLE):
        return own_and_shipped() or {"own runs": readable_store(None)}
    path = readable_store(flag)
    return {str(path): path}


def catalogue(name: str, path: Path) -> Catalogue | None:
    """Return the version in force at this moment, or None where there is no store yet.

    Raises:
        StoreError: the store is damaged; the message says what to do.
    """
    version = store_version(path)
    return None if version is None else Catalogue(name, str(path), version)


def synced(store: Path) -> datetime | None:
    """Return when the last sync ended, also one that found nothing new; None if that is not known."""
    try:
        return last_sync(store)
    except ValueError:  # the doctor tells of it
        return None


@_cached
def groups(of: Catalogue) -> pd.DataFrame:
    """List the groups, the newest first; the group of runs without one is named ""."""
    with read_catalogue(Path(of.path)) as con:
        found = queries.groups(con)
    return found.assign(group=found["group"].fillna(""))


@_cached
def metric_choices(of: Catalogue, group: str) -> pd.DataFrame:
    """List what the runs of a group were measured at."""
    with read_catalogue(Path(of.path)) as con:
        return queries.metric_choices(con, group or None)


@_cached
def varying_parameters(of: Catalogue, group: str) -> list[str]:
    """Name the parameters that differ within a group, seeds apart."""
    with read_catalogue(Path(of.path)) as con:
        return queries.varying_parameters(con, group or None)


@_cached
def study(of: Catalogue, group: str, measured: Measured, log: bool) -> "SeedStudy":
    """Study how far seeds spread a metric in a group: every run of it, whatever its state."""
    from orbitsens.sensitivity.seeding import seed_study  # brings SciPy, which takes a second that Home need not wait

    with read_catalogue(Path(of.path)) as con:
        runs = queries.run_metric(con, group or None, *measured)
    return seed_study(runs, varying_parameters(of, group), log)


@_cached
def run(of: Catalogue, run_key: str) -> RunDetail:
    """Return all of one run."""
    with read_catalogue(Path(of.path)) as con:
        return queries.run(con, run_key)


@_cached
def history(of: Catalogue, run_key: str, keys: tuple[str, ...]) -> pd.DataFrame:
    """Return the complete history of one run: columns step and `keys`."""
    with read_catalogue(Path(of.path)) as con:
        return queries.history(con, Path(of.path), [run_key], keys)
