"""What the pages read. Its caches, as those of the rooms' `data.py`, are keyed by the store's version."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from threading import RLock
from typing import NamedTuple, ParamSpec, TypeVar

import pandas as pd
import streamlit as st

from orbitsens.config import SEED_KEYS, left_out
from store import queries
from store.connect import Connection, DamagedCatalogue, beside, naming_damage, open_version, store_version
from store.filters import EVERYTHING, Measured as Measured, RunFilter
from store.layout import last_sync
from store.location import VARIABLE, own_and_shipped, readable_store
from store.queries import FilterChoices, ParameterValues, RunDetail

_cached = st.cache_data(show_spinner=False, max_entries=64)
# For what grows with the runs: the few last ones, one copy for all sessions, which nobody changes.
large = st.cache_resource(show_spinner=False, max_entries=8)

P = ParamSpec("P")
T = TypeVar("T")


def in_turn(compute: Callable[P, T]) -> Callable[P, T]:
    """Compute for one session at a time: Python would share its time among all, and all would wait for the last."""
    turn = RLock()

    @wraps(compute)
    def computed(*args: P.args, **named: P.kwargs) -> T:
        with turn:
            return compute(*args, **named)

    return computed


class Catalogue(NamedTuple):
    """One version of one store: part of the key of everything that is cached. `name` is what people call the store."""

    name: str
    path: str
    version: int


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
    return last_sync(store)


@st.cache_resource(show_spinner=False, max_entries=4)
def _kept(of: Catalogue) -> Connection:
    return open_version(Path(of.path), of.version)


@contextmanager
def reading(of: Catalogue) -> Iterator[Connection]:
    """Open a catalogue for one question; the file is opened once, for all sessions.

    Raises:
        DamagedCatalogue: it cannot be read; it is opened anew next time.
    """
    try:
        with naming_damage(Path(of.path), of.version), beside(_kept(of)) as con:
            yield con
    except DamagedCatalogue:
        _kept.clear(of)
        raise


@_cached
def count_matching(of: Catalogue, which: RunFilter) -> int:
    """Count the runs that a filter means."""
    with reading(of) as con:
        return queries.count_matching(con, which)


@_cached
def filter_choices(of: Catalogue, which: RunFilter) -> FilterChoices:
    """Return what some runs can be filtered by."""
    with reading(of) as con:
        return queries.filter_choices(con, which)


@_cached
def parameter_values(of: Catalogue, which: RunFilter, name: str, most: int) -> ParameterValues:
    """Return the values that a parameter takes in some runs."""
    with reading(of) as con:
        return queries.parameter_values(con, which, name, most)


def kinds(of: Catalogue) -> Mapping[str, str]:
    """Return the kind of every parameter that runs of a store have, by name."""
    parameters = filter_choices(of, EVERYTHING).parameters
    return dict(zip(parameters["name"], parameters["kind"], strict=True))


@_cached
def groups(of: Catalogue, which: RunFilter = EVERYTHING) -> pd.DataFrame:
    """List the groups of some runs, the newest first; the group of runs without one is named ""."""
    with reading(of) as con:
        found = queries.groups(con, which)
    return found.assign(group=found["group"].fillna(""))


@_cached
def group_variation(of: Catalogue, which: RunFilter) -> list[queries.GroupVariation]:
    """Say of each group of some runs what varies in it; the newest group first."""
    with reading(of) as con:
        return queries.group_variation(con, which)


@_cached
def metric_choices(of: Catalogue, which: RunFilter) -> pd.DataFrame:
    """List what some runs were measured at."""
    with reading(of) as con:
        return queries.metric_choices(con, which)


@_cached
def unmeasured(of: Catalogue, which: RunFilter) -> queries.Unmeasured:
    """Look at runs none of which was measured."""
    with reading(of) as con:
        return queries.unmeasured(con, which)


def varying_parameters(of: Catalogue, which: RunFilter, but: tuple[str, ...] = SEED_KEYS) -> list[str]:
    """Name the parameters that differ between some runs, but for some: the seeds, unless said otherwise."""
    return [name for name in _all_varying(of, which) if not left_out(name, but)]


@_cached
def _all_varying(of: Catalogue, which: RunFilter) -> list[str]:
    with reading(of) as con:
        return queries.varying_parameters(con, which, ())


@_cached
def run(of: Catalogue, run_key: str) -> RunDetail:
    """Return all of one run."""
    with reading(of) as con:
        return queries.run(con, run_key)
