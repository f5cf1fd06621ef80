"""Controls whose choice is in the URL, so that a link shows what its sender saw.

The URL is the one truth: a control shows what it says and writes into it, under stable ids and defaults included
(Streamlit's own binding writes labels and leaves defaults out; the default here is the newest group, which changes).
"""

from collections.abc import Mapping

import streamlit as st

NOTHING = ""


def choose(label: str, options: Mapping[str, str], key: str, *, help: str | None = None, resets: str = "") -> str:  # noqa: A002
    """Choose one of `options` (id to words), the first where the URL names none; return its id.

    If the URL names one that is not there, a sentence says so. `resets`: a key that goes when this choice changes.
    """
    wanted = st.query_params.get(key, NOTHING) or NOTHING
    chosen = wanted if wanted in options else next(iter(options))
    if wanted not in {chosen, NOTHING}:
        st.toast(f"{label}: the link's {wanted} is not here; this is {options[chosen]}.", icon=":material/link_off:")
    put(key, chosen)
    st.session_state[key] = chosen
    st.selectbox(
        label, list(options), key=key, format_func=options.__getitem__, help=help, on_change=_to_url, args=(key, resets)
    )
    return chosen


def switch(label: str, key: str, *, default: bool, help: str | None = None) -> bool:  # noqa: A002
    """Switch something on or off; in the URL as `key=on` or `key=off` where it is not the default."""
    words = {True: "on", False: "off"}
    on = st.query_params.get(key, words[default]) == "on"
    st.session_state[key] = on

    def to_url() -> None:
        st.query_params[key] = words[bool(st.session_state[key])]

    st.toggle(label, key=key, help=help, on_change=to_url)
    return on


def put(key: str, value: str) -> None:
    """Choose from code, such as by a click into a chart: `value` is an id, or `NOTHING` to choose none."""
    if value == NOTHING:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value


def _to_url(key: str, resets: str) -> None:
    put(key, st.session_state[key])
    if resets:
        put(resets, NOTHING)
