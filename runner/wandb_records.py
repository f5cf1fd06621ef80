"""What the records of a local run file amount to: the history as a table, config and summary as mappings."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from runner.wandb_values import from_json

Columns = dict[str, tuple[list[int], list[float]]]

NON_FINITE = {'"NaN"': math.nan, '"Infinity"': math.inf, '"-Infinity"': -math.inf}


def history_table(rows: Sequence[Any]) -> pa.Table:
    """Build the history: int64 `step`, then one float64 column per key, by name; what a row lacks is null.

    The step is what was logged as `step` where every row has that as a whole number, else W&B's own. Values that are
    no numbers (text, media, lists, null) are left out. `rows` are HistoryRecord messages.
    """
    columns = no_columns()
    for i, row in enumerate(rows):
        for item in row.item:
            number = _number(item)
            if number is not None:
                names = item.nested_key
                key = item.key or (names[0] if len(names) == 1 else ".".join(names))
                places, numbers = columns[key]
                places.append(i)
                numbers.append(number)
    return table_of(columns, [row.step.num for row in rows])


def no_columns() -> Columns:
    """Return columns without rows yet: for each key the rows that have it, and their numbers."""
    return defaultdict(lambda: ([], []))


def table_of(columns: Columns, own_steps: Sequence[int]) -> pa.Table:
    """Build a history from its columns and W&B's own steps, one for each row (see `history_table`)."""
    n = len(own_steps)
    steps = _whole(columns.pop("step", None), n)
    if steps is None:
        steps = np.array(own_steps, dtype=np.int64)
    keys = sorted(key for key in columns if not key.startswith("_"))
    return pa.table({"step": pa.array(steps)} | {key: _column(*columns[key], n) for key in keys})


def merged(records: Iterable[Any]) -> dict[str, Any]:
    """Apply SummaryRecord or ConfigRecord messages in their order: the mapping that they amount to."""
    tree: dict[str, Any] = {}
    texts: dict[str, str] = {}  # of whole keys: read at the end, since a summary changes with every history row
    for record in records:
        for item in record.update:
            names = item.nested_key
            if len(names) < 2:
                texts[item.key or names[0]] = item.value_json
                continue
            if names[0] in texts:
                tree[names[0]] = from_json(texts.pop(names[0]))
            _assign(tree, names, from_json(item.value_json))
        for item in record.remove:
            names = item.nested_key or [item.key]
            if len(names) == 1:
                texts.pop(names[0], None)
            elif names[0] in texts:
                tree[names[0]] = from_json(texts.pop(names[0]))
            _remove(tree, names)
    return tree | {key: from_json(text) for key, text in texts.items()}


def _assign(tree: dict[str, Any], names: Sequence[str], value: Any) -> None:
    for name in names[:-1]:
        if not isinstance(tree.get(name), dict):
            tree[name] = {}
        tree = tree[name]
    tree[names[-1]] = value


def _remove(tree: dict[str, Any], names: Sequence[str]) -> None:
    for name in names[:-1]:
        branch = tree.get(name)
        if not isinstance(branch, dict):
            return
        tree = branch
    tree.pop(names[-1], None)


def _number(item: Any) -> float | None:
    text = item.value_json
    if text:
        try:
            return float(text)
        except ValueError:
            return NON_FINITE.get(text)
    kind = item.WhichOneof("value")
    return float(getattr(item, kind)) if kind in ("number", "integer") else None


def _whole(column: tuple[list[int], list[float]] | None, n: int) -> np.ndarray | None:
    if column is None or column[0] != list(range(n)):
        return None
    values = np.array(column[1])
    whole = np.all((values == np.trunc(values)) & (np.abs(values) < 2**53))
    return values.astype(np.int64) if whole else None


def _column(places: list[int], numbers: list[float], n: int) -> pa.Array:
    values = np.zeros(n)
    values[places] = numbers
    missing = np.ones(n, dtype=bool)
    missing[places] = False
    return pa.array(values, mask=missing)
