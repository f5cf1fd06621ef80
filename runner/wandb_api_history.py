"""A run's complete history, as the W&B server has it, as a table."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from runner.wandb_records import NON_FINITE, no_columns, table_of


def api_history(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Build the same table as `runner.wandb_records.history_table` makes of a local file's rows.

    Raises:
        ValueError: a row has no `_step`.
    """
    columns, own_steps = no_columns(), []
    for i, row in enumerate(rows):
        if not isinstance(row.get("_step"), int | float):
            raise ValueError(f"row {i} of the history has no step")
        own_steps.append(int(row["_step"]))
        for key, value in _flat(row):
            number = _number(value)
            if number is not None:
                places, numbers = columns[key]
                places.append(i)
                numbers.append(number)
    return table_of(columns, len(own_steps), own_steps)


def _flat(row: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in row.items():
        if isinstance(value, Mapping):
            if "_type" in value:  # media, which is no number
                continue
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    return NON_FINITE.get(json.dumps(value)) if isinstance(value, str) else None
