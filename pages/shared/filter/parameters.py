"""The part of the filter that is about parameters: which of them, and what of each is wanted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.settings import value_text
from pages.shared import data
from pages.shared.filter.state import restrict
from pages.shared.filter.url import value_in_url
from pages.shared.meanings import MEANINGS
from pages.shared.text import plain
from store.filters import Range, RunFilter, Value
from store.queries import ParameterValues

_FEW, _MOST = 12, 200  # numbers with more values than few are filtered by range; more than most are not listed
_OPEN = "parameters without a restriction yet"


def choose_parameters(catalogue: data.Catalogue, base: RunFilter, which: RunFilter, known: pd.DataFrame) -> None:
    """Choose parameters to filter by, those that vary first, and then values or a range of each.

    `base` are the runs whose values are offered; `known` has name, kind and varies of their parameters.
    """
    wanted = dict(which.parameters)
    varies = dict(zip(known["name"], known["varies"], strict=True))
    names = sorted(varies, key=lambda name: not varies[name])
    shown = list(dict.fromkeys([*wanted, *(n for n in st.session_state.get(_OPEN, []) if n in varies)]))
    st.session_state["parameters"] = shown

    def changed() -> None:
        now = st.session_state["parameters"]
        restrict([(name, ()) for name in wanted if name not in now])
        st.session_state[_OPEN] = now

    st.multiselect(
        "Parameters",
        list(dict.fromkeys([*names, *shown])),
        key="parameters",
        format_func=lambda name: name if varies.get(name) else f"{name} (the same in all)",
        placeholder="any",
        on_change=changed,
        help="Choose parameters to filter by; those in which the runs differ come first.",
    )
    kinds = data.kinds(catalogue)
    for name in shown:
        _choose(
            name, kinds.get(name, "word"), wanted.get(name, ()), data.parameter_values(catalogue, base, name, _MOST)
        )


def _choose(name: str, kind: str, wanted: tuple[Value, ...] | Range, found: ParameterValues) -> None:
    numbers = found.low is not None and kind in ("whole", "number", "extra")
    if isinstance(wanted, Range) or (numbers and found.n_values > _FEW and not wanted):
        _range(name, wanted if isinstance(wanted, Range) else Range(), found)
    else:
        _values(name, wanted, found)


def _values(name: str, wanted: Sequence[Value], found: ParameterValues) -> None:
    counts = dict(found.values) | {value: 0 for value in wanted if value not in dict(found.values)}
    words = {value_in_url(value): f"{value_text(value)} ({n:,})" for value, n in counts.items()}
    values = {value_in_url(value): value for value in counts}
    key = f"values of {name}"
    st.session_state[key] = [value_in_url(value) for value in wanted]
    beyond = f" The {_MOST} most common of {found.n_values:,} values." if found.n_values > len(found.values) else ""
    st.multiselect(
        plain(name),
        list(words),
        key=key,
        format_func=words.__getitem__,
        placeholder="any value",
        on_change=lambda: restrict([(name, tuple(values[text] for text in st.session_state[key]))]),
        help=f"{MEANINGS.get(name, '')}{beyond}".strip() or None,
    )


def _range(name: str, wanted: Range, found: ParameterValues) -> None:
    keys = f"{name} from", f"{name} to"
    for key, end in zip(keys, (wanted.low, wanted.high), strict=True):
        st.session_state[key] = end

    def changed() -> None:
        low, high = (st.session_state[key] for key in keys)
        restrict([(name, () if low is None and high is None else Range(low, high))])

    for column, key, end in zip(st.columns(2), keys, (found.low, found.high), strict=True):
        column.number_input(
            plain(key),
            key=key,
            value=None,
            step=None,
            format="%g",
            placeholder="" if end is None else value_text(float(end)),
            on_change=changed,
            help=MEANINGS.get(name),
        )
