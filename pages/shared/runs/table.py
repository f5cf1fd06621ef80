"""The table of runs: its rows as they are shown, which of them are selected, and what is offered for those."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from orbitsens.sensitivity.settings import UNSET, logged_text, value_text
from pages.shared.controls import NOTHING, become
from pages.shared.data import Catalogue
from pages.shared.runs import data as run_data
from pages.shared.runs.columns import heading
from pages.shared.runs.names import run_ids
from store.annotations import Annotation
from store.frames import pandas
from store.queries import is_number
from store.run_columns import AS_JSON, RunColumn

KEY = "runs_table"
MOST_COMPARED = 50


def shown_rows(
    rows: pa.Table, columns: Sequence[RunColumn], names: Mapping[str, str], said: Mapping[str, Annotation]
) -> pa.Table:
    """The rows as a reader sees them, missing values still missing: run, state, then `columns` by their headings.

    `names` are the runs' names in links; `said` is what the team says of runs, beside what W&B has.
    """
    keys = rows["run_key"].to_pylist()
    of_run = [said.get(key, Annotation()) for key in keys]
    shown = {"run": pa.array([names[key] for key in keys], pa.string()), "state": rows["state"]}
    for i, column in enumerate(columns):
        shown[heading(column)] = _column(rows[f"c{i}"], column, of_run)
    return pa.table(shown)


def exported_rows(rows: pa.Table, columns: Sequence[RunColumn], said: Mapping[str, Annotation]) -> pd.DataFrame:
    """The same for a file, with run keys."""
    ids = dict(zip(rows["run_key"].to_pylist(), rows["run_id"].to_pylist(), strict=True))
    shown = shown_rows(rows, columns, ids, said)
    return pandas(shown.add_column(1, "run_key", rows["run_key"]).rename_columns({"run": "run_id"}))


def link_names(of: Catalogue, rows: pa.Table) -> dict[str, str]:
    """What links call the listed runs: the run id, or the run key where the store has several runs of that id."""
    known = run_ids(run_data.named(of, tuple(dict.fromkeys(rows["run_id"].to_pylist()))))
    return {key: known[key] for key in rows["run_key"].to_pylist()}


def selected() -> list[str]:
    """Names of the selected runs, from the URL: `run=ID` for one, `runs=ID,ID` for several."""
    several = [name for name in st.query_params.get("runs", NOTHING).split(",") if name]
    one = st.query_params.get("run", NOTHING)
    return several or ([one] if one else [])


def select(names: Sequence[str]) -> None:
    """Put the selected runs into the URL."""
    become({"run": names if len(names) == 1 else (), "runs": [",".join(names)] if len(names) > 1 else ()})


def show_table(shown: pa.Table, columns: Sequence[RunColumn]) -> None:
    """Draw the listed runs; the selection is in the URL, and may have runs that are not listed."""
    listed = shown["run"].to_pylist()
    chosen = set(selected())
    rows = [i for i, name in enumerate(listed) if name in chosen]
    turn = f"{KEY}_turn"
    key = _key(listed, columns, st.session_state.get(turn, 0))
    drawn = st.session_state.get(key)
    if drawn is not None and sorted(drawn["selection"]["rows"]) != rows:
        # The URL changed without the table, as by the browser's back button: a fresh table begins as the URL says.
        st.session_state[turn] = st.session_state.get(turn, 0) + 1
        key = _key(listed, columns, st.session_state[turn])

    def to_url() -> None:
        picked = [listed[i] for i in st.session_state[key]["selection"]["rows"]]
        before = [name for name in selected() if name in picked or name not in listed]
        select([*before, *(name for name in picked if name not in before)])

    with st.container(key=KEY):
        st.dataframe(
            shown,
            hide_index=True,
            key=key,
            on_select=to_url,
            selection_mode="multi-row",
            selection_default={"selection": {"rows": rows, "columns": [], "cells": []}},
            placeholder=UNSET,
            # A column whose config is None would be hidden.
            column_config={heading(column): _config(column) for column in columns} | {"run": _RUN},
            height=min(38 + 35 * max(1, len(listed)), 520),
            alt=f"{len(listed)} runs, a row each; choose rows to look at one or to compare several",
        )


_RUN = st.column_config.TextColumn(pinned=True)


def _key(listed: Sequence[str], columns: Sequence[RunColumn], turn: int) -> str:
    """One table for each content, so that a row's number always means the same run."""
    return f"{KEY}_{hash((tuple(listed), tuple(columns)))}_{turn}"


def _config(column: RunColumn) -> Any:
    if column.kind == "fact" and column.key == "created_at":
        return st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone="UTC")
    if column.kind == "fact" and column.key == "tags":
        return st.column_config.ListColumn()
    if column.kind in ("metric", "history") or column.key in ("duration", "train_seconds"):
        whole = column.statistic in ("n", "step_of_min")
        return st.column_config.NumberColumn(format="localized" if whole else "%.4g", width="medium")
    return {}


def _column(values: pa.ChunkedArray, column: RunColumn, said: Sequence[Annotation]) -> pa.ChunkedArray | pa.Array:
    if column.kind == "fact" and column.key == "tags":
        tags = [list(dict.fromkeys([*own, *a.tags])) for own, a in zip(values.to_pylist(), said, strict=True)]
        return pa.array(tags, pa.list_(pa.string()))
    if column.kind == "fact" and column.key == "notes":
        notes = [[*([own] if own else []), *(note.text for note in a.notes)] for own, a in _zip(values, said)]
        return pa.array(["\n".join(texts) or None for texts in notes], pa.string())
    if column.kind in AS_JSON:
        return _of_json([None if text is None else json.loads(text) for text in values.to_pylist()])
    if values.type == pa.bool_():
        return pa.array([None if v is None else value_text(v) for v in values.to_pylist()], pa.string())
    return values


def _of_json(logged: Sequence[Any]) -> pa.Array:
    """Numbers where all that was logged is numbers, which sort as such; else words."""
    known = [value for value in logged if value is not None]
    if known and all(map(is_number, known)):
        whole = all(isinstance(value, int) and abs(value) < 2**53 for value in known)
        return pa.array(logged, pa.int64() if whole else pa.float64())
    return pa.array([None if value is None else logged_text(value) for value in logged], pa.string())


def _zip(values: pa.ChunkedArray, said: Sequence[Annotation]) -> "zip[tuple[Any, Annotation]]":
    return zip(values.to_pylist(), said, strict=True)
