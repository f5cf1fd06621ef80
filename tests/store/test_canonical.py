"""One spelling of JSON and numbers."""

import json
import math

import pytest
from hypothesis import given, strategies as st

from store.canonical import canonical_json, number, schedule_text, whole_number

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_json_says_what_it_was_given(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(-(2**52), 2**52)))
def test_equal_content_is_equal_text(value: dict[str, int]) -> None:
    as_floats = {key: float(item) for key, item in reversed(value.items())}
    assert canonical_json(as_floats) == canonical_json(value)


def test_what_json_has_no_word_for_is_the_text_that_wandb_uses() -> None:
    assert canonical_json([math.nan, math.inf, -math.inf]) == '["NaN","Infinity","-Infinity"]'
    with pytest.raises(TypeError):
        canonical_json({"x": object()})


def test_schedules_are_written_as_people_do() -> None:
    assert schedule_text(((0.0, 0.1), (0.0, 1.0))) == "[[0, 0.1], [0, 1]]"
    assert schedule_text([0.001, 0.0001]) == "[0.001, 0.0001]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (2.5, 2.5),
        ("Infinity", math.inf),
        ("-inf", -math.inf),
        (10**400, math.inf),
        (-(10**400), -math.inf),
        (True, None),
        ("3", None),
        (None, None),
        ([1], None),
    ],
)
def test_numbers(value: object, expected: float | None) -> None:
    assert number(value) == expected


def test_not_a_number_is_a_number() -> None:
    assert all(math.isnan(number(value) or 0) for value in (math.nan, "NaN", "nan"))


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), (3.0, 3), (2**62 + 1, 2**62 + 1), (2**63, None), (2.5, None), ("NaN", None)]
)
def test_whole_numbers(value: object, expected: int | None) -> None:
    assert whole_number(value) == expected
