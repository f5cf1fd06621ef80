"""A drag over parallel coordinates becomes part of the shared filter, or a range of the metric."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.charts.axes import Axis, meant
from pages.shared.charts.parallel import BRUSH
from pages.shared.controls import put
from pages.shared.filter_state import restrict
from store.filters import Range

METRIC_RANGE = "value"  # the key in the URL
_TURN = "parallel turn"


def chart_key() -> str:
    """The key of the chart: another one after each drag, so that a new picture has no old brush on it."""
    return f"parallel_{st.session_state.get(_TURN, 0)}"


def brushed(key: str, axes: Sequence[Axis], parameters: Sequence[str], metric: str) -> None:
    """Callback of the chart: `axes` are those of `parameters`, and then the metric's."""
    brush = st.session_state[key]["selection"].get(BRUSH) or {}
    if not brush:
        return
    (left, right), (low, high) = (sorted(brush[along]) for along in ("x", "y"))
    for i in covered(left, right, len(axes)):
        wanted = meant(axes[i], low, high)
        if not wanted:
            continue
        if i < len(parameters):
            restrict(parameters[i], wanted)
        else:
            ends = (wanted.low, wanted.high) if isinstance(wanted, Range) else wanted
            numbers = [end for end in ends if isinstance(end, float)]
            put(METRIC_RANGE, f"{metric}:{min(numbers)!r}..{max(numbers)!r}" if numbers else "")
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def covered(low: float, high: float, n: int) -> list[int]:
    """The axes that a drag from `low` to `high` covers, or the nearest to its middle."""
    inside = [i for i in range(n) if low <= i <= high]
    return inside or [min(range(n), key=lambda i: abs(i - (low + high) / 2.0))]


def metric_range(metric: str) -> tuple[float, float] | None:
    """The least and the greatest value of the metric that the URL names; None where it names none of this metric."""
    named, _, ends = st.query_params.get(METRIC_RANGE, "").partition(":")
    low, _, high = ends.partition("..")
    try:
        return (float(low), float(high)) if named == metric else None
    except ValueError:
        return None
