"""The columns that a table of runs can have: their ids in links, their headings, and those it begins with.

An id is a parameter's name; or `run:group`, `extra:network`, `metric:acceleration_error:DATASET:test` (an unset
dataset is empty) or `history:train_loss:min`.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from pages.shared.measures import HEADLINE, ranked
from pages.shared.text import axis_title, dataset_label
from store.run_columns import FACTS, STATISTICS, RunColumn

FACT_WORDS: Mapping[str, str] = {
    "name": "name",
    "group": "group",
    "state": "state",
    "reason": "reason",
    "created_at": "created (UTC)",
    "duration": "duration (s)",
    "train_seconds": "training time, other work beside it (s)",
    "n_parameters": "weights",
    "n_history_rows": "logged steps",
    "tags": "tags",
    "notes": "notes",
    "source": "source",
    "sweep_id": "W&B sweep",
}
STATISTIC_WORDS: Mapping[str, str] = {
    "last": "last",
    "min": "least",
    "step_of_min": "step of the least",
    "max": "largest",
    "first": "first",
    "n": "values logged",
}
CREATED, GROUP, TAGS, NOTES = "run:created_at", "run:group", "run:tags", "run:notes"
MOST_VARYING = 6  # parameters that the table begins with
_TIMES = ("step_of_min", "n")
_TAKEN = ("run", "run_key", "run_id", *FACT_WORDS.values())  # headings of other columns


def column_id(column: RunColumn) -> str:
    """What a link calls the column."""
    if column.kind in ("parameter", "mixed"):
        return column.key
    if column.kind == "metric":
        return f"metric:{column.key}:{column.dataset or ''}:{column.split}"
    key = f"{column.key}:{column.statistic}" if column.kind == "history" else column.key
    return f"{'run' if column.kind == 'fact' else column.kind}:{key}"


def heading(column: RunColumn) -> str:
    """What the table calls the column, with its unit."""
    if column.kind == "fact":
        return FACT_WORDS[column.key]
    if column.kind == "metric":
        return f"{axis_title(column.key)} on {dataset_label(column.dataset, column.split)}"
    if column.kind == "history":
        words = STATISTIC_WORDS[column.statistic]
        return f"{column.key}, {words}" if column.statistic in _TIMES else f"{axis_title(column.key)}, {words}"
    return f"{column.key} (parameter)" if column.key in _TAKEN else column.key


def all_columns(parameters: pd.DataFrame, metrics: pd.DataFrame, history: pd.DataFrame) -> dict[str, RunColumn]:
    """What can be shown of some runs, by id.

    `parameters` has columns name, kind ("extra": no typed column) and refused, `metrics` those of
    `store.queries.metric_choices`, `history` key.
    """
    names = zip(parameters["name"], parameters["kind"], parameters["refused"], strict=True)
    columns = [
        *(
            RunColumn("extra" if kind == "extra" else "mixed" if refused else "parameter", name)
            for name, kind, refused in names
        ),
        *(RunColumn("metric", *measured) for measured in ranked(metrics)),
        *(RunColumn("fact", name) for name in FACTS if name != "state"),
        *(RunColumn("history", str(key), statistic=name) for key in history["key"] for name in STATISTICS),
    ]
    return {column_id(column): column for column in columns}


def ids_of(parameters: Sequence[str], columns: Mapping[str, RunColumn]) -> list[str]:
    """Return the ids of parameters among some columns; one without a typed column is an extra one there."""
    ids = [name if name in columns else column_id(RunColumn("extra", name)) for name in parameters]
    return [name for name in ids if name in columns]


def usual_columns(columns: Mapping[str, RunColumn], varying: Sequence[str], *, groups: bool) -> list[str]:
    """Ids of the columns to begin with.

    The group where there are several (`groups`), the parameters that vary, the seed, the metric that pages begin with,
    the age.
    """
    metrics = [name for name, column in columns.items() if column.kind == "metric"]
    headline = [name for name in metrics if columns[name].key == HEADLINE] or metrics
    alike = [name for name in headline if columns[name].split == columns[headline[0]].split]
    wanted = [
        *([GROUP] if groups else []),
        *ids_of(varying, columns)[:MOST_VARYING],
        "seed",
        *alike[:2],
        CREATED,
    ]
    return [name for name in dict.fromkeys(wanted) if name in columns]
