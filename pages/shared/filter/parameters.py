"""The part of the filter that is about parameters: which of them, and what of each is wanted."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.settings import value_text
from pages.shared import data
from pages.shared.filter.ranges import ends_of, range_inputs
from pages.shared.filter.state import restrict
from pages.shared.filter.values import distinct_words, identity
from pages.shared.meanings import MEANINGS
from pages.shared.text import plain
from store.filters import Range, RunFilter, Value
from store.queries import ParameterValues, is_number

_FEW, _MOST = 12, 200  # numbers with more values than few are filtered by range; more than most are not listed
_OPEN = "parameters without a restriction yet"


def choose_parameters(catalogue: data.Catalogue, base: RunFilter, which: RunFilter, known: pd.DataFrame) -> None:
    """Choose parameters to filter by, those that vary first, and then values or a range of each.

    `base` are the runs whose values are offered; `known` has name, kind and varies of their parameters.
    """
    wanted, kinds = dict(which.parameters), data.kinds(catalogue)
    varies = dict(zip(known["name"], known["varies"], strict=True))
    names = sorted(varies, key=lambda name: not varies[name])
    shown = list(dict.fromkeys([*wanted, *(n for n in st.session_state.get(_OPEN, []) if n in varies)]))
    st.session_state["parameters"] = shown

    def changed() -> None:
        now = st.session_state["parameters"]
        restrict([(name, ()) for name in wanted if name not in now], kinds)
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
    for name in shown:
        _choose(name, kinds, wanted.get(name, ()), data.parameter_values(catalogue, base, name, _MOST))


def _choose(name: str, kinds: Mapping[str, str], wanted: tuple[Value, ...] | Range, found: ParameterValues) -> None:
    numbers = found.low is not None and kinds.get(name) in ("whole", "number", "extra")
    if not isinstance(wanted, Range) and (wanted or not numbers or found.n_values <= _FEW):
        _values(name, kinds, wanted, found)
        return
    _range(name, kinds, wanted if isinstance(wanted, Range) else Range(), found)
    others = tuple((value, n) for value, n in found.values if not is_number(value))
    if others and not isinstance(wanted, Range):
        _values(name, kinds, (), found._replace(values=others, n_values=len(others)))


def _values(name: str, kinds: Mapping[str, str], wanted: Sequence[Value], found: ParameterValues) -> None:
    counts = {identity(value): n for value, n in found.values}
    lost = [value for value in wanted if identity(value) not in counts]
    values = distinct_words([*(value for value, _ in found.values), *lost])
    words_of = {identity(value): words for words, value in values.items()}
    shown = {words: f"{words} ({counts.get(identity(value), 0):,})" for words, value in values.items()}
    key = f"values of {name}"
    st.session_state[key] = [words_of[identity(value)] for value in wanted]
    beyond = f" The {_MOST} most common of {found.n_values:,} values." if found.n_values > len(found.values) else ""
    st.multiselect(
        plain(name),
        list(shown),
        key=key,
        format_func=lambda words: shown.get(words, words),
        placeholder="any value",
        on_change=lambda: restrict([(name, tuple(values[words] for words in st.session_state[key]))], kinds),
        help=f"{MEANINGS.get(name, '')}{beyond}".strip() or None,
    )


def _range(name: str, kinds: Mapping[str, str], wanted: Range, found: ParameterValues) -> None:
    keys = f"{name} from", f"{name} to"
    ends = [None if end is None else value_text(float(end)) for end in (found.low, found.high)]

    def changed() -> None:
        low, high = ends_of(keys)
        restrict([(name, () if low is None and high is None else Range(low, high))], kinds)

    range_inputs(keys, [plain(key) for key in keys], wanted, ends, changed, MEANINGS.get(name))
