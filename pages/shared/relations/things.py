"""Columns of runs as charts take them: what is missing and what is not finite are told apart."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orbitsens.sensitivity.settings import value_text
from pages.shared import data
from pages.shared.runs import data as run_data
from pages.shared.runs.columns import all_columns
from pages.shared.start import View
from store.run_columns import RunColumn

_WORDS = ("name", "reason", "tags", "notes")  # too many to be places on an axis
_TYPES = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


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
    frame = rows.select(["run_key", "run_id", "state"]).to_pandas()
    for i, (name, column) in enumerate(columns.items()):
        frame[name] = series(rows[f"c{i}"], column)
    return frame


def series(values: pa.ChunkedArray, column: RunColumn) -> "pd.Series[Any]":
    """A column for a chart: missing numbers are NaN, and those that are not finite infinite; times are UTC."""
    if column.kind == "extra":
        texts = [None if text is None else value_text(json.loads(text)) for text in values.to_pylist()]
        return pd.Series(texts, dtype=object)
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("ms", tz="UTC"))
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), float("inf"), values)
    return values.to_pandas(types_mapper=_TYPES.get)
