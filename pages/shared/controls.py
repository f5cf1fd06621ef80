"""Controls whose choice is in the URL, so that a link shows what its sender saw.

The URL is the one truth: a control shows what it says and writes into it, under stable ids. What is in force anyway is
left out: each write is a step of the browser's Back, and nobody wants to go back to before a default was written down.
"""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.text import plain

NOTHING = ""


def choose(
    label: str,
    options: Mapping[str, str],
    key: str,
    *,
    tip: str | None = None,
    resets: str = "",
    remember: bool = False,
) -> str:
    """Choose one of `options` (id to words), the first where the URL names none; return its id.

    If the URL names one that is not there, a sentence says so. `resets`: a key that goes when this choice changes.
    `remember`: pages opened without a link to say otherwise have what was chosen last in this session.
    """
    last = f"last {key}"
    wanted = st.query_params.get(key, NOTHING) or NOTHING
    usual = str(st.session_state.get(last, NOTHING)) if remember else NOTHING
    chosen = next(name for name in (wanted, usual, *options) if name in options)
    st.session_state[last] = chosen
    if wanted not in {chosen, NOTHING}:
        st.toast(f"{label}: {plain(wanted)} is not here; this is {plain(options[chosen])}.", icon=":material/link_off:")
    default = next(iter(options))
    put(key, NOTHING if chosen == default else chosen)
    st.session_state[key] = chosen

    def to_url() -> None:
        now = st.session_state[last] = st.session_state[key]
        become({key: [] if now == default else [now], **({resets: []} if resets else {})})

    st.selectbox(label, list(options), key=key, format_func=options.__getitem__, help=tip, on_change=to_url)
    return chosen


def choose_many(
    label: str, options: Mapping[str, str], key: str, default: Sequence[str], *, tip: str | None = None
) -> list[str]:
    """Choose any of `options` (id to words); return their ids, `default` where the URL names none.

    Each choice is in the URL as one `key=id`, and nothing is while the default is in force.
    """
    wanted = st.query_params.get_all(key)
    lost = [name for name in wanted if name not in options]
    if lost:
        st.toast(f"{label}: {plain(', '.join(lost))} is not here.", icon=":material/link_off:")
    usual = [name for name in default if name in options]
    chosen = [name for name in wanted if name in options] or usual
    st.session_state[key] = chosen

    def to_url() -> None:
        become({key: st.session_state[key] if st.session_state[key] != usual else []})

    st.multiselect(label, list(options), key=key, format_func=options.__getitem__, help=tip, on_change=to_url)
    return chosen


def whole_number(label: str, key: str, *, default: int, low: int, high: int, tip: str | None = None) -> int:
    """Choose a whole number from `low` to `high`; in the URL where it is not the default."""
    text = st.query_params.get(key, NOTHING)
    number = min(max(int(text), low), high) if text.isdecimal() else default
    st.session_state[key] = number

    def to_url() -> None:
        put(key, NOTHING if st.session_state[key] == default else str(st.session_state[key]))

    st.number_input(label, low, high, step=1, key=key, help=tip, on_change=to_url)
    return number


def switch(label: str, key: str, *, default: bool, tip: str | None = None) -> bool:
    """Switch something on or off; in the URL as `key=on` or `key=off` where it is not the default."""
    words = {True: "on", False: "off"}
    on = st.query_params.get(key, words[default]) == "on"
    st.session_state[key] = on

    def to_url() -> None:
        now = bool(st.session_state[key])
        put(key, NOTHING if now == default else words[now])

    st.toggle(label, key=key, help=tip, on_change=to_url)
    return on


def places(*widths: int, top: bool = False) -> list[DeltaGenerator]:
    """Places beside each other, each so many px wide; they wrap where there is no room.

    `top`: in line at their tops; otherwise at their bottoms, as controls with and without a label should be.
    """
    with st.container(horizontal=True, vertical_alignment="top" if top else "bottom"):
        return [st.container(width=width) for width in widths]


def put(key: str, value: str) -> None:
    """Choose from code, such as by a click into a chart: `value` is an id, or `NOTHING` to choose none."""
    become({key: [value] if value != NOTHING else []})


def become(changes: Mapping[str, Sequence[str]]) -> None:
    """Change keys of the URL at once, no values for none: each write is a step of the browser's Back."""
    was = {key: st.query_params.get_all(key) for key in st.query_params}
    now = {key: list(values) for key, values in {**was, **changes}.items() if values}
    if now != was:
        st.query_params.from_dict(now)
