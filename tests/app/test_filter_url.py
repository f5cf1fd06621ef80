"""The filter in the URL: there and back, whatever it holds; what cannot be read is said."""

from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, strategies as st

from pages.shared.filter.url import Asked, belongs, from_query, to_query
from store.filters import EVERYTHING, Range, RunFilter

KINDS = {"width": "whole", "rtol": "number", "planar_constraint": "truth", "lr_strategy": "word", "blend": "extra"}
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda t: t not in ("(unset)", "*"))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
RANGES = st.builds(Range, st.none() | FLOATS, st.none() | FLOATS)


def some(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, min_size=1, max_size=3, unique_by=repr).map(tuple)


WANTED = {
    "width": some(st.none() | st.integers()) | RANGES,
    "rtol": some(st.none() | FLOATS) | RANGES,
    "planar_constraint": some(st.none() | st.booleans()),
    "lr_strategy": some(st.none() | TEXT),
    "blend": some(st.none() | st.integers() | FLOATS.filter(lambda x: not x.is_integer()) | st.booleans()),
}
NAMES = TEXT.filter(lambda name: name not in ("(no group)", "none"))
FILTERS = st.builds(
    RunFilter,
    groups=st.lists(st.none() | NAMES, max_size=3, unique=True).map(tuple),
    states=st.lists(st.sampled_from(["finished", "crashed"]), unique=True).map(tuple),
    parameters=st.fixed_dictionaries({}, optional=WANTED).map(lambda chosen: tuple(chosen.items())),
    created_from=st.none() | st.dates(),
    created_to=st.none() | st.dates(),
    tags=st.lists(TEXT, max_size=2, unique=True).map(tuple),
    text=st.just("") | TEXT,
)
BUT = st.just(Asked().but) | st.lists(NAMES, max_size=2, unique=True).map(tuple)


@given(which=FILTERS, but=BUT)
def test_a_filter_is_the_same_after_a_link(which: RunFilter, but: tuple[str, ...]) -> None:
    asked = Asked(which, but)
    query = to_query(asked)
    assert all(belongs(key) for key in query)
    received = parse_qs(urlencode(query, doseq=True), keep_blank_values=True, strict_parsing=bool(query))
    assert from_query(received, KINDS) == (asked, [])


def test_nothing_asked_is_nothing_in_the_url() -> None:
    assert to_query(Asked()) == {}
    assert from_query({}, KINDS) == (Asked(), [])


def test_links_read_as_people_write_them() -> None:
    which = RunFilter(
        groups=("a", None),
        parameters=(("width", (16, None)), ("rtol", Range(1e-6, None)), ("planar_constraint", (True,))),
        created_to=date(2026, 1, 28),
    )
    assert to_query(Asked(which)) == {
        "group": ["a", "(no group)"],
        "p.width": ["16", "(unset)"],
        "p.rtol": ["1e-06.."],
        "p.planar_constraint": ["true"],
        "to": ["2026-01-28"],
    }
    assert from_query({"p.width": ["16..64"]}, KINDS)[0].filter.parameters == (("width", Range(16.0, 64.0)),)
    assert from_query({"group": ["*"]}, KINDS)[0] == Asked(all_groups=True)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"p.width": ["wide"]}, "width: wide is no value of it, so it is left out."),
        ({"p.width": ["1.5"]}, "width: 1.5 is no value of it, so it is left out."),
        ({"p.planar_constraint": ["yes"]}, "planar_constraint: yes is no value of it, so it is left out."),
        ({"from": ["yesterday"]}, "from: yesterday is no date such as 2026-01-28, so it is left out."),
    ],
)
def test_what_cannot_be_read_is_said_and_left_out(query: dict[str, list[str]], said: str) -> None:
    asked, problems = from_query(query, KINDS)
    assert asked.filter == EVERYTHING
    assert problems == [said]
