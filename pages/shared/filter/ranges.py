"""Two numbers in the sidebar that a range goes from and to."""

from collections.abc import Callable, Sequence

import streamlit as st

from store.filters import Range


def range_inputs(
    keys: tuple[str, str],
    labels: Sequence[str],
    wanted: Range,
    ends: Sequence[str | None],
    changed: Callable[[], None],
    tip: str | None,
) -> None:
    """Enter a range; `ends` are the least and the greatest number that there is, as people read them."""
    st.session_state[keys[0]], st.session_state[keys[1]] = wanted.low, wanted.high
    for column, key, label, end in zip(st.columns(2, vertical_alignment="bottom"), keys, labels, ends, strict=True):
        column.number_input(
            label,
            key=key,
            value=None,
            step=None,
            format="%g",
            placeholder=end or "",
            on_change=changed,
            help=tip,
        )


def ends_of(keys: tuple[str, str]) -> tuple[float | None, float | None]:
    """What was entered; None for an end that is open."""
    return st.session_state[keys[0]], st.session_state[keys[1]]
