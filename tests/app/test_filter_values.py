"""Values of parameters in links and in words: there and back whatever they are, and never two alike."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from orbitsens.sensitivity.settings import logged_text
from pages.shared.filter.url import Asked, from_query, to_query
from pages.shared.filter.values import (
    distinct_words,
    identity,
    range_of_url,
    value_in_url,
    value_of_url,
    value_words,
)
from pages.shared.filter.words import restrictions
from store.canonical import canonical_json
from store.filters import JsonValue, LongText, Measured, Range, RunFilter, Value

TEXT = st.text(st.characters(exclude_categories=("Cs",))) | st.sampled_from(
    ["0.001", "1", "true", "null", "NaN", "(unset)", "json:1", 'json:"a"', "json:x", "sha256:" + "a" * 64, "1..5", "..",
     "1.", "1e999", "[64,64]", '"q"', " ", "", "[" * 2000]
)  # fmt: skip
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.booleans() | st.integers() | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=2),
)
KINDS = ("whole", "number", "truth", "word", "extra")


def as_value(logged: Any) -> Value:
    return JsonValue(canonical_json(logged)) if isinstance(logged, list | dict) else logged


@given(logged=JSON, kind=st.sampled_from(KINDS))
def test_a_value_of_any_kind_is_the_same_after_a_link(logged: Any, kind: str) -> None:
    value = as_value(logged)
    text = value_in_url(value, kind)
    assert identity(value_of_url(text, kind)) == identity(value)
    assert text
    if kind == "extra":
        assert range_of_url(text) is None


@given(one=JSON, other=JSON)
def test_different_values_have_different_words(one: Any, other: Any) -> None:
    if identity(as_value(one)) != identity(as_value(other)):
        assert logged_text(one) != logged_text(other)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "extra", "(unset)"),
        (16, "whole", "16"),
        (1e-6, "number", "1e-06"),
        (True, "truth", "true"),
        ("leaky_relu", "word", "leaky_relu"),
        ("[0.001, 0.0001]", "word", "[0.001, 0.0001]"),
        ("mlp_v0", "extra", "mlp_v0"),
        (0.001, "extra", "0.001"),
        (True, "extra", "true"),
        ("0.001", "extra", '"0.001"'),
        (JsonValue("[64,64]"), "extra", "[64,64]"),
        ("auto", "whole", 'json:"auto"'),
        (1.5, "whole", "json:1.5"),
        (True, "number", "json:true"),
        ("(unset)", "word", 'json:"(unset)"'),
        (LongText("a" * 64, "so it begins"), "word", f"sha256:{'a' * 64}"),
    ],
)
def test_links_are_as_plain_as_they_can_be(value: Value, kind: str, text: str) -> None:
    assert value_in_url(value, kind) == text
    assert value_of_url(text, kind) == value
    assert type(value_of_url(text, kind)) is type(value)


def test_a_list_may_be_typed_with_spaces_and_garbage_is_a_word() -> None:
    assert value_of_url("[64, 64]", "extra") == JsonValue("[64,64]")
    assert value_of_url("[" * 5000, "extra") == "[" * 5000
    assert value_of_url("json:[", "extra") == "json:["
    assert value_of_url("json:null", "whole") is None
    assert value_of_url("null", "extra") == "null"


def test_words_of_alike_and_long_values() -> None:
    values: list[Value] = [0.001, "0.001", True, "true", "x" * 200, "x" * 201, None]
    words = distinct_words(values)
    assert list(words)[:4] == ["0.001", '"0.001"', "true", '"true"']
    assert list(words.values()) == values
    assert max(map(len, words)) < 100
    assert value_words(0.1 + 0.2) == "0.30000000000000004"
    assert value_words(JsonValue('{"a":[1,"ü"]}')) == '{"a": [1, "ü"]}'
    assert json.loads(value_words(JsonValue('["\\u00fc"]'))) == ["ü"]


METRICS = st.builds(Measured, TEXT.filter(bool), st.none() | TEXT, TEXT.filter(bool))
RANGES = st.builds(Range, st.none() | FLOATS, st.none() | FLOATS)


@given(metrics=st.dictionaries(METRICS, RANGES, max_size=3))
def test_ranges_of_metrics_are_the_same_after_a_link(metrics: dict[Measured, Range]) -> None:
    asked = Asked(RunFilter(metrics=tuple(metrics.items())))
    received, problems = from_query(to_query(asked), {})
    assert problems == []
    assert dict(received.filter.metrics) == metrics


@pytest.mark.parametrize("text", ["", "5", "1..2", "one..two:test", "1..2:"])
def test_what_is_no_range_of_a_metric_is_said(text: str) -> None:
    asked, (problem,) = from_query({"m.error": [text]}, {})
    assert asked.filter == RunFilter()
    assert "is not a range such as 1..10:test:DATASET" in problem


def test_restrictions_in_words() -> None:
    which = RunFilter(
        parameters=(("b", ("seeds and sizes", "c")), ("lr", (0.001, "0.001", JsonValue("[1,2]"), None))),
        metrics=((Measured("acceleration_error", "d_test", "test"), Range(0.26, 1.07)),),
    )
    assert restrictions(which) == [
        "b seeds and sizes or c",
        'lr 0.001, "0.001", [1, 2] or (unset)',
        "acceleration error (%) on d_test 0.260 to 1.07",
    ]
