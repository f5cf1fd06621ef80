"""What the pages of runs read; cached by the store's version, and what the team says of runs by its own stamp."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared.data import Catalogue, large, reading
from store import queries, run_queries
from store.annotations import Annotation, annotation_stamp, annotations
from store.evaluations import evaluation_store
from store.filters import RunFilter
from store.run_columns import RunColumn
from store.run_queries import LoggedValues

_cached = st.cache_data(show_spinner=False, max_entries=64)


@large
def table(
    of: Catalogue,
    which: RunFilter,
    columns: tuple[RunColumn, ...],
    order: RunColumn | None = None,
    descending: bool = False,
) -> pa.Table:
    """Return rows of all runs that match, see `store.run_queries.run_table`."""
    with reading(of) as con:
        return run_queries.run_table(con, which, columns, order=order, descending=descending)


@_cached
def part_of_table(
    of: Catalogue,
    which: RunFilter,
    columns: tuple[RunColumn, ...],
    order: RunColumn | None,
    descending: bool,
    limit: int,
    offset: int,
) -> pa.Table:
    """Return `limit` rows of the table from row `offset` on."""
    with reading(of) as con:
        return run_queries.run_table(
            con, which, columns, order=order, descending=descending, limit=limit, offset=offset
        )


@_cached
def history_choices(of: Catalogue, which: RunFilter) -> pd.DataFrame:
    """List the history keys of some runs."""
    with reading(of) as con:
        return run_queries.history_choices(con, which)


@_cached
def named(of: Catalogue, names: tuple[str, ...]) -> pd.DataFrame:
    """Find runs by run id or run key: run_key, run_id, in the order of their names."""
    with reading(of) as con:
        found = run_queries.runs_named(con, names)
    places = {name: i for i, name in enumerate(names)}
    place = found["run_key"].map(places).fillna(found["run_id"].map(places))
    return found.loc[place.sort_values(kind="stable").index].reset_index(drop=True)


@_cached
def compared(of: Catalogue, run_keys: tuple[str, ...]) -> pd.DataFrame:
    """Return some runs side by side."""
    with reading(of) as con:
        return run_queries.compared_runs(con, run_keys)


@_cached
def compared_extras(of: Catalogue, run_keys: tuple[str, ...]) -> pd.DataFrame:
    """Return the parameters of some runs that have no column of their own."""
    with reading(of) as con:
        return run_queries.compared_extras(con, run_keys)


@_cached
def compared_metrics(of: Catalogue, run_keys: tuple[str, ...]) -> pa.Table:
    """Return what some runs were measured at."""
    with reading(of) as con:
        return run_queries.compared_metrics(con, run_keys)


def logged(of: Catalogue, run_keys: tuple[str, ...], keys: tuple[str, ...]) -> LoggedValues:
    """Return what some runs logged of some history keys, and which runs' curves cannot be read."""
    found = _logged(of, run_keys, keys)
    if found.unreadable:  # files that are mended meanwhile are read next time
        _logged.clear(of, run_keys, keys)
    return found


@st.cache_data(show_spinner=False, max_entries=16)  # the histories of many runs are large
def _logged(of: Catalogue, run_keys: tuple[str, ...], keys: tuple[str, ...]) -> LoggedValues:
    with reading(of) as con:
        return run_queries.logged_values(con, Path(of.path), run_keys, keys)


@_cached
def keys_of(of: Catalogue, run_keys: tuple[str, ...]) -> set[str]:
    """Return the history keys that some of the runs have."""
    with reading(of) as con:
        return set(queries.history_keys(con, run_keys)["key"])


@_cached
def orbit_metrics(of: Catalogue, run_key: str) -> pd.DataFrame:
    """Return what a run was measured at orbit by orbit."""
    with reading(of) as con:
        return queries.run_orbit_metrics(con, run_key)


def annotation_home(of: Catalogue) -> Path:
    """Return where the team's tags and notes on the runs of a store are: in it, or beside the project's own."""
    return evaluation_store(Path(of.path))


def said(of: Catalogue) -> Mapping[str, Annotation]:
    """Return what the team says of runs, by run key."""
    home = annotation_home(of)
    return _said(str(home), annotation_stamp(home))


@_cached
def _said(home: str, stamp: int) -> dict[str, Annotation]:
    del stamp  # part of the cache's key
    return annotations(Path(home))
