"""Columns of runs as charts take them: what is missing and what is not finite are told apart."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orbitsens.sensitivity.settings import logged_text
from pages.shared import data
from pages.shared.runs import data as run_data
from pages.shared.runs.columns import all_columns
from pages.shared.start import View
from store.filters import JsonValue, Value
from store.frames import pandas
from store.queries import is_number
from store.run_columns import AS_JSON, RunColumn

_WORDS = ("name", "reason", "tags", "notes")  # too many to be places on an axis
_WHOLE = 2**53  # up to which a float has every whole number


def columns_of(view: View) -> Mapping[str, RunColumn]:
    """What can be an axis or a colour for the runs of a page, by the ids that links have."""
    found = all_columns(
        data.filter_choices(view.catalogue, view.filter).parameters,
        data.metric_choices(view.catalogue, view.filter),
        run_data.history_choices(view.catalogue, view.filter),
    )
    state = {"run:state": RunColumn("fact", "state")}
    return {name: column for name, column in found.items() if column.key not in _WORDS} | state


def frame_of(rows: pa.Table, columns: Mapping[str, RunColumn]) -> pd.DataFrame:
    """Rows of `run_table` as run_key, run_id, state, and the names of `columns`, in the order they were asked for."""
    frame = pandas(rows.select(["run_key", "run_id", "state"]))
    for i, (name, column) in enumerate(columns.items()):
        frame[name] = series(rows[f"c{i}"], column)
    return frame


def series(values: pa.ChunkedArray, column: RunColumn) -> "pd.Series[Any]":
    """A column for a chart: missing numbers are NaN, and those that are not finite infinite; times are UTC.

    What runs logged as JSON are numbers or truths where all of it is, else words that tell the values apart.
    """
    if column.kind in AS_JSON:
        return _of_json(values)
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("ms", tz="UTC"))
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), float("inf"), values)
    return pandas(pa.table({"": values}))[""]


def _of_json(values: pa.ChunkedArray) -> "pd.Series[Any]":
    logged = [None if text is None else json.loads(text) for text in values.to_pylist()]
    known = [value for value in logged if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return pd.Series(logged, dtype="boolean")
    if known and all(map(is_number, known)):
        whole = all(isinstance(value, int) and abs(value) < _WHOLE for value in known)
        return pd.Series(logged, dtype="Int64" if whole else "float64")
    return pd.Series([None if value is None else logged_text(value) for value in logged], dtype=object)


def value_of_words(values: pa.ChunkedArray) -> Mapping[str, Value]:
    """What the words of a column of JSON mean to the filter."""
    logged = {text: json.loads(text) for text in values.unique().to_pylist() if text is not None}
    return {
        logged_text(value): JsonValue(text) if isinstance(value, list | dict) else value
        for text, value in logged.items()
    }
