"""Plain records are read from their bytes as they would be read from wandb's own messages."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st
from wandb.proto.wandb_internal_pb2 import HistoryRecord, Record, SummaryRecord

from runner.tracking import finish_run, log_rows
from runner.wandb_framing import read_records
from runner.wandb_plain import plain
from runner.wandb_records import history_table, merged, merged_summary
from tests.runner.runs import evaluations, history, open_run, run_config
from tests.runner.server_runs import messages

NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["step", "train_loss", "_step", "a(T", "é", "\x02", "x" * 130]
)
FLOATS = st.floats().map(json.dumps)  # NaN and Infinity as Go's and Python's writers of JSON spell them
NUMBERS = FLOATS | st.integers().map(str) | st.sampled_from(['"NaN"', '"Infinity"', '"-Infinity"'])
OTHERS = st.sampled_from(["true", "null", '"text"', '"1.5"', "[1, 2]", '{"a": 1}', "NaN", "1e", "", '"Infinity', " 1"])
VALUES = st.one_of(NUMBERS, NUMBERS, NUMBERS, OTHERS)


@st.composite
def records(draw: Any, kind: str) -> Record:
    """A record with items under one or several names each, most of them numbers."""
    record = Record(num=draw(st.integers(0, 2**40)))
    part = getattr(record, kind)
    part.SetInParent()
    for name, value in draw(st.dictionaries(NAMES, VALUES, max_size=6)).items():
        item = part.item.add() if kind == "history" else part.update.add()
        way = draw(st.sampled_from(["key", "nested", "deeper"]))
        if way == "key":
            item.key = name
        else:
            item.nested_key.extend([name] if way == "nested" else ["outer", name])
        item.value_json = value
        if kind == "history" and draw(st.integers(0, 20)) == 0:
            item.integer = draw(st.integers(-(2**40), 2**40))
    if kind == "history" and draw(st.booleans()):
        part.step.num = draw(st.integers(0, 2**50))
    if kind == "summary" and draw(st.integers(0, 4)) == 0:
        part.remove.add().nested_key.extend(draw(st.sampled_from([["step"], ["outer"], ["outer", "step"]])))
    if draw(st.booleans()):
        record._info.stream_id = "a-stream"
    return record


def read(record: Record, kind: str) -> tuple[Any, Any]:
    """What a reader of files hands on: the items of a plain record, else its message; and its step."""
    found = plain(record.SerializeToString())
    if found is None:
        message = getattr(record, kind)
        return message, message.step if kind == "history" else None
    assert found[0] == kind
    return found[1:]


def is_same(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables are equal, NaN included."""
    return one.schema == other.schema and repr(one.to_pydict()) == repr(other.to_pydict())


@given(st.lists(records("history"), max_size=6))
def test_rows_are_read_as_from_messages(rows: list[Record]) -> None:
    found = [read(row, "history") for row in rows]
    table = history_table([row for row, _ in found], [step for _, step in found])
    assert is_same(table, history_table([row.history for row in rows], [row.history.step for row in rows]))


@given(st.lists(records("summary"), max_size=8))
def test_summaries_amount_to_the_same_as_messages(updates: list[Record]) -> None:
    expected = merged([record.summary for record in updates])
    found = merged_summary([read(record, "summary")[0] for record in updates])
    # The order of keys says nothing, at any depth; NaN is itself.
    assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)


def test_a_row_of_numbers_is_plain_and_any_other_value_makes_it_a_message() -> None:
    numbers = ["0", "-1.5", "1e-07", "1.7953947357E+09", '"NaN"', '"-Infinity"', '"Infinity"', "NaN", "-Infinity"]
    others = ["true", "null", '"1"', "[1]", "{}", "01x", "1.", "-", "+1", "nan", "inf", "1e", '"infinity"', ""]
    for texts, is_plain in ((numbers, True), *(([*numbers, other], False) for other in others)):
        row = HistoryRecord()
        for i, text in enumerate(texts):
            row.item.add(nested_key=[f"metric_{i}"], value_json=text)
        found = plain(Record(num=7, history=row).SerializeToString())
        assert (found is not None) == is_plain, texts
        if found:
            assert HistoryRecord.FromString(found[1]) == row


@pytest.mark.parametrize("field", ["integer", "number", "text", "json"])
def test_a_second_value_that_looks_like_a_part_of_the_name_changes_nothing(field: str) -> None:
    value = {"integer": -43, "number": 1.0e63, "text": "t" * 40, "json": "j" * 40}[field]
    row = HistoryRecord()
    row.item.add(nested_key=["loss"], value_json="2.5", **{field: value})
    found = plain(Record(history=row, num=1).SerializeToString())
    table = history_table([found[1] if found else row], [found[2] if found else row.step])
    assert table.to_pydict() == {"step": [0], "loss": [2.5]}


def test_almost_all_of_a_real_run_is_plain_and_reads_the_same(tmp_path: Path) -> None:
    run = open_run(tmp_path / "wandb", "r", run_config())
    rows = history(120)
    rows["train_loss"][[3, 50]] = np.nan
    rows["percent_error"][7] = -np.inf
    log_rows(run, rows)
    finish_run(run, {"evaluations": evaluations(1), "best_loss": math.inf, "segment_ratio": [1.0]}, None)
    path = run.directory / "run-r.wandb"
    records = [Record.FromString(content) for content in read_records(path.read_bytes())]
    found = {kind: [read(r, kind) for r in records if r.HasField(kind)] for kind in ("history", "summary")}
    assert all(isinstance(row, bytes) for row, _ in found["history"])
    assert sum(not isinstance(record, bytes) for record, _ in found["summary"]) < 5
    table = history_table([row for row, _ in found["history"]], [step for _, step in found["history"]])
    expected = messages(path, "history")
    assert is_same(table, history_table(expected, [row.step for row in expected]))
    assert table.num_rows == 120
    assert merged_summary([record for record, _ in found["summary"]]) == merged(messages(path, "summary"))


def test_an_overwritten_summary_is_left_out_and_one_that_is_not_stays() -> None:
    texts = [{"a": "1", "b": "1"}, {"a": "2"}, {"b": '{"c": 1}'}, {"a": "3", "d": "4"}]
    found = []
    for text in texts:
        record = Record(num=1, summary=SummaryRecord())
        for key, value in text.items():
            record.summary.update.add(key=key, value_json=value)
        found.append(read(record, "summary")[0])
    assert merged_summary(found) == {"a": 3, "b": {"c": 1}, "d": 4}
    assert merged_summary(found[:2]) == {"a": 2, "b": 1}
