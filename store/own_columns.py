"""Keys without a column of their own, as columns beside the typed parameters: another program's, and refused values."""

import json
from collections.abc import Iterable
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from orbitsens.config import OTHER_KEYS, SEED_KEYS, Data, Parameters
from store.canonical import canonical_json, digest
from store.frames import arrow, frame

# Of more keys that differ, one column stands for all: nobody reads a setting's name with more parts, and every one
# would be an effect to estimate.
MOST_OWN = 40
LONGEST_TEXT = 60  # letters of a value
UNSET = "(unset)"
_TYPED = {*Data.model_fields, *Parameters.model_fields}
# Columns that tables of runs have, or get in a study or a chart: a key of such a name is called config.KEY there.
_TAKEN = (
    "aggregation", "best", "candidate", "cell", "config_hash", "created_at", "diverged", "duration",
    "extra_parameters", "group", "group_name", "high", "key", "line", "lost", "low", "max", "mean", "measured_on",
    "median", "metric", "min", "n", "n_failed", "n_history_rows", "n_orbits", "n_parameters", "n_runs", "name",
    "nth", "num_total_orbits", "num_total_segments", "num_train_orbits", "offset", "other_keys", "outlier",
    "own_setting", "panel", "place", "q1", "q3", "reason", "run", "run_id", "run_key", "sd", "segment_ratio_final",
    "setting", "setting_hash", "split", "state", "train_gflop", "train_seconds", "unit", "url", "used", "value",
    "why_not", "x", "y", "z",
)  # fmt: skip


def own_columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the columns for keys in which the runs of the table `matched` differ, each with the keys in it.

    A column is called as its key, or `config.KEY` where tables of runs have another column of that name. More than 40
    keys that are not typed parameters are one column, `OTHER_KEYS`.
    """
    keys = arrow(con, "own_keys")["key"].to_pylist()
    typed = [key for key in keys if key in _TYPED]
    own = [key for key in keys if key not in _TYPED]
    columns = {key: [key] for key in typed}
    if len(own) > MOST_OWN:
        return columns | {OTHER_KEYS: own}
    return columns | {column_of(key, keys): [key] for key in own}


def column_of(key: str, keys: Iterable[str]) -> str:
    """What tables of runs call a key's column."""
    name = key
    while name in _TAKEN or (name != key and name in keys):
        name = f"config.{name}"
    return name


def with_own_keys(con: duckdb.DuckDBPyConnection, table: pd.DataFrame) -> pd.DataFrame:
    """Add `own_columns` to a table of the runs of `matched`, by its column `run_key`.

    Numbers are numbers and truths are truths where all values of a key are; otherwise its values are texts: words as
    they are, words that could be read as something else in quotes, and lists and sections as JSON. A typed column in
    which some runs have a value that it refuses becomes such texts, but for the seeds, whose column stays.
    """
    columns = own_columns(con)
    if not columns:
        return table
    names = {keys[0]: name for name, keys in columns.items() if name != OTHER_KEYS}
    rows = arrow(con, "own_values", {"keys": list(names)})
    run_keys, keys, texts = (rows[name].combine_chunks().dictionary_encode() for name in ("run_key", "key", "value"))
    of_table = pd.Index(run_keys.dictionary.to_pylist()).get_indexer(table["run_key"])
    runs, coded, values = (column.indices.to_numpy() for column in (run_keys, keys, texts))
    added: dict[str, Any] = {}
    for code, key in enumerate(keys.dictionary.to_pylist()):
        places = np.full(len(run_keys.dictionary) + 1, -1)  # the last one is for runs without any of the keys
        of_key = coded == code
        places[runs[of_key]] = values[of_key]
        logged = pd.Series(texts.dictionary.to_pandas().reindex(places[of_table]).array, index=table.index)
        if key not in _TYPED:
            added[names[key]] = own_values(logged)
        elif key not in SEED_KEYS and key in table:
            added[key] = _with_refused(table[key], logged)
    if OTHER_KEYS in columns:
        variants = frame(con, "own_variants", {"keys": columns[OTHER_KEYS]}).set_index("run_key")["variant"]
        others = variants.reindex(table["run_key"]).set_axis(table.index).astype(object)
        added[OTHER_KEYS] = others.where(others.notna(), None)
    return table.assign(**added)


def own_values(texts: "pd.Series[str]") -> "pd.Series[Any]":
    """Turn a column of JSON texts into numbers or truths if all are, else into words.

    Missing is missing; so is null, unless some texts are missing: then null is a word.
    """
    places, distinct = pd.factorize(texts)
    values = [json.loads(text) for text in distinct]
    nulls_differ = None in values and bool((places == -1).any())
    kinds = {type(value) for value in values if value is not None or nulls_differ}
    if kinds == {bool}:
        kept: Any = pd.array(values, dtype="boolean")
    elif kinds and kinds <= {int, float}:
        whole = kinds == {int} and all(value is None or abs(value) < 2**63 for value in values)
        numbers = [float("nan") if value is None else float(value) for value in values]
        kept = pd.array(values, dtype="Int64") if whole else pd.Series(numbers, dtype="float64").array
    else:
        words = [None if value is None and not nulls_differ else word(value) for value in values]
        return pd.Series([words[i] if i >= 0 else None for i in places], index=texts.index, dtype=object)
    return pd.Series(kept.take(places, allow_fill=True), index=texts.index)


def word(value: object) -> str:
    """Write a JSON value as people read it, so that no two values read the same."""
    text = value if isinstance(value, str) and _reads_as_word(value) else canonical_json(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}... ({digest(text)[:6]})"


def _reads_as_word(text: str) -> bool:
    """Whether a text cannot be taken for a number, a truth, a list or for nothing."""
    try:
        return json.loads(text, parse_constant=str) in ("NaN", "Infinity", "-Infinity")
    except ValueError:
        return bool(text.strip()) and text != UNSET


def _with_refused(typed: "pd.Series[Any]", texts: "pd.Series[str]") -> "pd.Series[Any]":
    """A typed column with the values that it refuses in the places where it has none."""
    if texts.dropna().eq("null").all() and not (typed.isna() & texts.isna()).any():
        return typed
    if pd.api.types.is_string_dtype(typed.dtype):
        words = {text: word(json.loads(text)) for text in texts.dropna().unique()}
        return typed.astype(object).where(typed.notna(), texts.map(words)).astype(object)
    known = {value: canonical_json(value) for value in typed.dropna().unique().tolist()}
    return own_values(texts.astype(object).where(texts.notna(), typed.astype(object).map(known)))
