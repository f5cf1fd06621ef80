"""A run's complete history, as the W&B server has it, as a table."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from runner.wandb_records import Rows, no_columns, numbers_in, rows_table


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
        for key, value in row.items():
            for name, number in numbers_in(key, value):
                places, numbers = columns[name]
                places.append(i)
                numbers.append(number)
    listed = {key: (np.array(places), np.array(numbers)) for key, (places, numbers) in columns.items()}
    return rows_table(Rows(listed, np.array(own_steps, dtype=np.int64)))
