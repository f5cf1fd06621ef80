"""A setting is everything but the seeds: which runs share one, in what order, and what to call it."""

import json
import math
import re
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import pandas as pd

from orbitsens.sensitivity.labels import UNSET as UNSET, label

ONE_SETTING = "all runs"
SEPARATOR = " · "  # between the parameters of a label


def value_text(value: object) -> str:
    """A parameter's value as a person reads it; a missing one is "(unset)", never blank."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return UNSET
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Integral):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def logged_text(value: object) -> str:
    """A logged value, as JSON has it, as a person reads it; different values have different texts.

    A word that would read as another value is in quotes: "0.001" beside 0.001.
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _reads_as_another(value) else value
    if isinstance(value, float):
        short = f"{value:.6g}"
        return short if float(short) == value else repr(value)
    return "null" if value is None else value_text(value)


def _reads_as_another(word: str) -> bool:
    if word == UNSET or word != word.strip():
        return True
    try:
        json.loads(word, parse_constant=_not_json)
    except (ValueError, RecursionError):
        return not word
    return True


def _not_json(word: str) -> float:
    raise ValueError(word)  # NaN and Infinity are words where people log them


def value_texts(column: "pd.Series[Any]", before: str = "") -> list[str]:
    """The values of a column as a person reads them, `before` each of them; each distinct one is written once."""
    places, distinct = pd.factorize(column, use_na_sentinel=False)
    texts = [before + value_text(value) for value in distinct.tolist()]
    return [texts[place] for place in places]


def with_settings(runs: pd.DataFrame, varying: Sequence[str]) -> pd.DataFrame:
    """Return the runs sorted by setting and seed, with a column `setting`: the setting's label.

    `runs` has columns `setting_hash`, `seed`, `run_key` and one per name in `varying`, the parameters that differ
    within the group. The label has those in words, or is "all runs" where there are none. Runs of one label but of
    different hashes (they differ in a key that has no column) get the hash's first digits behind it.
    """
    ordered = runs.sort_values([*varying, "seed", "run_key"], key=_order, na_position="last", ignore_index=True)
    parts = [value_texts(ordered[name], f"{label(name)} ") for name in varying]
    labels = [SEPARATOR.join(texts) for texts in zip(*parts, strict=True)] if parts else [ONE_SETTING] * len(ordered)
    ordered["setting"] = pd.Series(labels, index=ordered.index, dtype=object)
    hashes = ordered["setting_hash"].fillna(UNSET).astype(str)
    ambiguous = hashes.groupby(ordered["setting"]).transform("nunique") > 1
    ordered.loc[ambiguous, "setting"] += SEPARATOR + hashes[ambiguous].str[:6]
    return ordered


def natural(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Sort texts with numbers in them by the numbers: "[4]" before "[18]"."""
    if not (pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)):
        return column
    parts = {value: natural_parts(value) for value in column.dropna().unique()}
    return column.astype(object).map(parts, na_action="ignore")


def _order(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Parameters naturally; run keys, which only break ties and are many, as they are."""
    return column if column.name == "run_key" else natural(column)


def natural_parts(value: object) -> object:
    """A text as what it is sorted by: its numbers as numbers, between the words; another value as it is."""
    if not isinstance(value, str):
        return value
    pieces = re.split(r"(\d+(?:\.\d+)?(?:e-?\d+)?)", value)
    return tuple(float(piece) if i % 2 else piece for i, piece in enumerate(pieces))
