"""What the records of a local run file amount to: the history as a table, config and summary as mappings."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike
from wandb.proto.wandb_internal_pb2 import SummaryRecord  # type: ignore[attr-defined]  # generated code

from runner.wandb_plain import plain_columns, plain_step, without_overwritten
from runner.wandb_values import from_json

Columns = dict[str, tuple[list[int], list[float]]]
NO_PLACES, NO_NUMBERS = np.array([], dtype=np.int64), np.array([])

NON_FINITE = {'"NaN"': math.nan, '"Infinity"': math.inf, '"-Infinity"': -math.inf}


def history_table(rows: Sequence[Any], own_steps: Sequence[Any]) -> pa.Table:
    """Build the history: int64 `step`, then one float64 column per key, by name; what a row lacks is null.

    The step is what was logged as `step` where every row has that as a whole number, else W&B's own. Values that are
    no numbers (text, media, lists, null) are left out.

    Args:
        rows: HistoryRecord messages, and plain rows as their items.
        own_steps: W&B's own step of each row, as a HistoryStep message or as `plain_step` reads it.
    """
    plain = [i for i, row in enumerate(rows) if isinstance(row, bytes)]
    listed = no_columns()
    for i in set(range(len(rows))).difference(plain):
        for item in rows[i].item:
            number = _number(item)
            if number is not None:
                names = item.nested_key
                key = item.key or (names[0] if len(names) == 1 else ".".join(names))
                listed[key][0].append(i)
                listed[key][1].append(number)
    columns = {key: (np.array(places), np.array(numbers)) for key, (places, numbers) in listed.items()}
    for key, its, values in plain_columns([rows[i] for i in plain]):
        places, numbers = columns.get(key, (NO_PLACES, NO_NUMBERS))
        columns[key] = np.append(places, np.array(plain)[its]), np.append(numbers, values)
    return table_of(columns, len(rows), map(_own_step, own_steps))


def no_columns() -> Columns:
    """Return columns without rows yet: for each key the rows that have it, and their numbers."""
    return defaultdict(lambda: ([], []))


def table_of(columns: Mapping[str, tuple[ArrayLike, ArrayLike]], n: int, own_steps: Iterable[int]) -> pa.Table:
    """Build a history from its columns, its number of rows and W&B's own steps (see `history_table`)."""
    steps = _whole(*columns["step"], n) if "step" in columns else None
    if steps is None:
        steps = np.fromiter(own_steps, dtype=np.int64, count=n)
    keys = sorted(key for key in columns if key != "step" and not key.startswith("_"))
    return pa.table({"step": pa.array(steps)} | {key: _column(*columns[key], n) for key in keys})


def merged_summary(records: Sequence[Any]) -> dict[str, Any]:
    """Return the summary that SummaryRecord messages, and plain ones as their items, amount to."""
    kept = without_overwritten(records)
    return merged(SummaryRecord.FromString(record) if isinstance(record, bytes) else record for record in kept)


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


def _own_step(step: Any) -> int:
    return plain_step(step) if step is None or isinstance(step, bytes) else int(step.num)


def _number(item: Any) -> float | None:
    text = item.value_json
    if text:
        try:
            return float(text)
        except ValueError:
            return NON_FINITE.get(text)
    kind = item.WhichOneof("value")
    return float(getattr(item, kind)) if kind in ("number", "integer") else None


def _whole(places: ArrayLike, numbers: ArrayLike, n: int) -> np.ndarray | None:
    if not np.array_equal(np.sort(places), np.arange(n)):
        return None
    values = _spread(places, numbers, n)
    whole = np.all((values == np.trunc(values)) & (np.abs(values) < 2**53))
    return values.astype(np.int64) if whole else None


def _column(places: ArrayLike, numbers: ArrayLike, n: int) -> pa.Array:
    missing = np.ones(n, dtype=bool)
    missing[np.asarray(places)] = False
    return pa.array(_spread(places, numbers, n), mask=missing)


def _spread(places: ArrayLike, numbers: ArrayLike, n: int) -> np.ndarray:
    values = np.zeros(n)
    values[np.asarray(places)] = numbers
    return values
