"""The columns that a table of runs can have: their ids in links, their headings, and those it begins with.

An id is a parameter's name; or `run:group`, `extra:network`, `metric:acceleration_error:DATASET:test` (an unset
dataset is empty) or `history:train_loss:min`.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from pages.shared.text import METRICS, axis_title, dataset_label
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
HEADLINE = "acceleration_error"
MOST_VARYING = 6  # parameters that the table begins with
_TIMES = ("step_of_min", "n")


def column_id(column: RunColumn) -> str:
    """What a link calls the column."""
    if column.kind == "parameter":
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
    return column.key


def all_columns(parameters: pd.DataFrame, metrics: pd.DataFrame, history: pd.DataFrame) -> dict[str, RunColumn]:
    """What can be shown of some runs, by id.

    `parameters` has columns name and kind ("extra": no typed column), `metrics` metric, dataset and split, `history`
    key.
    """
    known = list(METRICS)
    rank = metrics["metric"].map({name: i for i, name in enumerate(known)}).fillna(len(known))
    columns = [
        *(
            RunColumn("extra" if kind == "extra" else "parameter", name)
            for name, kind in zip(parameters["name"], parameters["kind"], strict=True)
        ),
        *(
            RunColumn(
                "metric", row["metric"], row["dataset"] if isinstance(row["dataset"], str) else None, row["split"]
            )
            for row in metrics.loc[rank.sort_values(kind="stable").index].to_dict("records")
        ),
        *(RunColumn("fact", name) for name in FACTS if name != "state"),
        *(RunColumn("history", str(key), statistic=name) for key in history["key"] for name in STATISTICS),
    ]
    return {column_id(column): column for column in columns}


def usual_columns(columns: Mapping[str, RunColumn], varying: Sequence[str], *, groups: bool) -> list[str]:
    """Ids of the columns to begin with.

    The group where there are several (`groups`), the parameters that vary, the seed, the headline metric on test
    orbits (or on what there is), the age.
    """
    headline = [name for name, column in columns.items() if column.kind == "metric" and column.key == HEADLINE]
    on_test = [name for name in headline if columns[name].split == "test"]
    wanted = [
        *([GROUP] if groups else []),
        *varying[:MOST_VARYING],
        "seed",
        *(on_test or headline)[:2],
        CREATED,
    ]
    return [name for name in dict.fromkeys(wanted) if name in columns]
