"""What the records of a local run file amount to: the history as a table, config and summary as mappings."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike
from wandb.proto.wandb_internal_pb2 import SummaryRecord  # type: ignore[attr-defined]  # generated code

from runner.wandb_plain import plain_columns, plain_step, without_overwritten
from runner.wandb_values import from_json

Columns = dict[str, tuple[list[int], list[float]]]
NO_PLACES, NO_NUMBERS = np.array([], dtype=np.int64), np.array([])

_NON_FINITE_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
NON_FINITE = {f'"{word}"': value for word, value in _NON_FINITE_WORDS.items()}  # as JSON


class Rows(NamedTuple):
    """Rows of a history: for each key the rows that have it and their numbers, and W&B's own step of each row."""

    columns: Mapping[str, tuple[np.ndarray, np.ndarray]]
    own_steps: np.ndarray

    @property
    def logged_steps(self) -> np.ndarray | None:
        """Return what was logged as `step`, where every row has that as a whole number."""
        return _whole(*self.columns["step"], len(self.own_steps)) if "step" in self.columns else None


def history_table(rows: Sequence[Any], own_steps: Sequence[Any]) -> pa.Table:
    """Build the history of a run that has one file (see `history_rows` and `rows_table`)."""
    return rows_table(history_rows(rows, own_steps))


def history_rows(rows: Sequence[Any], own_steps: Sequence[Any]) -> Rows:
    """Read the rows of a history; values that are not numbers (text, media, lists, null) are left out.

    Args:
        rows: HistoryRecord messages, and plain rows as their items.
        own_steps: W&B's own step of each row, as a HistoryStep message or as `plain_step` reads it.
    """
    plain = [i for i, row in enumerate(rows) if isinstance(row, bytes)]
    listed = no_columns()
    for i in set(range(len(rows))).difference(plain):
        for item in rows[i].item:
            for key, number in _numbers(item):
                listed[key][0].append(i)
                listed[key][1].append(number)
    columns = {key: (np.array(places), np.array(numbers)) for key, (places, numbers) in listed.items()}
    for key, its, values in plain_columns([rows[i] for i in plain]):
        places, numbers = columns.get(key, (NO_PLACES, NO_NUMBERS))
        columns[key] = np.append(places, np.array(plain)[its]), np.append(numbers, values)
    return Rows(columns, np.fromiter(map(_own_step, own_steps), dtype=np.int64, count=len(rows)))


def rows_table(rows: Rows) -> pa.Table:
    """Build a history: int64 `step`, then one float64 column per key, by name; what a row lacks is null.

    The step is what was logged as `step` where every row has that as a whole number, else W&B's own.
    """
    n, logged = len(rows.own_steps), rows.logged_steps
    keys = sorted(key for key in rows.columns if key != "step" and not key.startswith("_"))
    columns = {key: _column(*rows.columns[key], n) for key in keys}
    return pa.table({"step": pa.array(rows.own_steps if logged is None else logged)} | columns)


def no_columns() -> Columns:
    """Return columns without rows yet: for each key the rows that have it, and their numbers."""
    return defaultdict(lambda: ([], []))


def numbers_in(key: str, value: Any) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a logged JSON value: those of a mapping under `key.inner`, none of media and lists."""
    match value:
        case bool() | None:
            return
        case int() | float():
            yield key, _float(value)
        case str() if value in _NON_FINITE_WORDS:
            yield key, _NON_FINITE_WORDS[value]
        case Mapping() if "_type" not in value:
            for name, inner in value.items():
                yield from numbers_in(f"{key}.{name}", inner)


def merged_summary(records: Sequence[Any], until: float = math.inf) -> dict[str, Any]:
    """Return the summary that SummaryRecord messages, and plain ones as their items, amount to.

    It is the one at W&B's own step `until`: what comes with a later row, and after it, is left out.
    """
    if until < math.inf:
        messages = itertools.takewhile(lambda record: _step_of(record) <= until, map(_summary_message, records))
        return merged(messages)
    return merged(map(_summary_message, without_overwritten(records)))


def merged(records: Iterable[Any]) -> dict[str, Any]:
    """Apply SummaryRecord or ConfigRecord messages in their order: the mapping that they amount to."""
    tree: dict[str, Any] = {}
    texts: dict[str, str] = {}  # of whole keys: read at the end, since a summary changes with every history row
    for record in records:
        for item in record.update:
            names = item.nested_key
            if len(names) < 2:
                texts[names[0] if names else item.key] = item.value_json
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


def _numbers(item: Any) -> Iterator[tuple[str, float]]:
    names, text = item.nested_key, item.value_json
    key = ".".join(names) if names else item.key
    if text[:1] == "{":  # a mapping: clients before 0.18 did not list its values one by one
        yield from numbers_in(key, from_json(text))
    elif (number := _number(item)) is not None:
        yield key, number


def _number(item: Any) -> float | None:
    text = item.value_json
    if text:
        try:
            return float(text)
        except ValueError:
            return NON_FINITE.get(text)
    kind = item.WhichOneof("value")
    return float(getattr(item, kind)) if kind in ("number", "integer") else None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _summary_message(record: Any) -> Any:
    return SummaryRecord.FromString(record) if isinstance(record, bytes) else record


def _step_of(record: Any) -> float:
    """Return W&B's own step of the row that a summary record comes with; -inf without one."""
    steps = [_number(item) for item in record.update if "_step" in (item.key, *item.nested_key)]
    return next((step for step in steps if step is not None), -math.inf)


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
