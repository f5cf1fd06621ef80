"""The part of the filter that is about what runs were measured at: a range of each metric that is chosen."""

from functools import partial

import pandas as pd
import streamlit as st

from pages.shared.filter.ranges import ends_of, range_inputs
from pages.shared.filter.state import restrict
from pages.shared.filter.url import NO_KINDS
from pages.shared.filter.words import metric_words
from pages.shared.measures import ranked
from pages.shared.text import metric, number, plain
from store.filters import Measured, Range, RunFilter

_OPEN = "metrics without a restriction yet"
_KEY = "metrics"


def choose_metrics(choices: pd.DataFrame, which: RunFilter) -> None:
    """Choose metrics to filter by, and then a range of each; `choices`: what there is, of `metric_choices`."""
    wanted = dict(which.metrics)
    rows = {Measured(*row[:3]): row for row in choices[["metric", "dataset", "split", "low", "high"]].to_numpy()}
    by_words = {metric_words(measured): measured for measured in [*ranked(choices), *wanted]}
    words_of = {measured: words for words, measured in by_words.items()}
    opened = [measured for measured in st.session_state.get(_OPEN, []) if measured in words_of]
    shown = list(dict.fromkeys([*wanted, *opened]))
    st.session_state[_KEY] = [words_of[measured] for measured in shown]

    def changed() -> None:
        now = [by_words[words] for words in st.session_state[_KEY]]
        restrict([], NO_KINDS, [(measured, None) for measured in wanted if measured not in now])
        st.session_state[_OPEN] = now

    st.multiselect(
        "Metrics",
        list(by_words),
        key=_KEY,
        placeholder="any value",
        on_change=changed,
        help="Choose what runs were measured at, and then from where to where; runs without a finite value drop out.",
    )
    for measured in shown:
        row = rows.get(measured)
        _range(measured, wanted.get(measured, Range()), (row[3], row[4]) if row is not None else (None, None))


def _range(measured: Measured, wanted: Range, found: tuple[float | None, float | None]) -> None:
    words = metric_words(measured)
    keys = f"{words} from", f"{words} to"
    label = metric(measured.metric).label
    ends = [None if end is None or pd.isna(end) else number(end) for end in found]
    changed = partial(_changed, measured, keys)
    range_inputs(keys, (plain(f"{label} from"), plain("to")), wanted, ends, changed, plain(words))


def _changed(measured: Measured, keys: tuple[str, str]) -> None:
    low, high = ends_of(keys)
    restrict([], NO_KINDS, [(measured, None if low is None and high is None else Range(low, high))])
