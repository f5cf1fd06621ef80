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


def brushed(key: str, axes: Sequence[Axis], parameters: Sequence[str]) -> None:
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
        elif isinstance(wanted, Range):
            put(METRIC_RANGE, f"{wanted.low!r}..{wanted.high!r}")
        else:
            numbers = [value for value in wanted if isinstance(value, float)]
            put(METRIC_RANGE, f"{min(numbers)!r}..{max(numbers)!r}" if numbers else "")
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def covered(low: float, high: float, n: int) -> list[int]:
    """The axes that a drag from `low` to `high` covers, or the nearest to its middle."""
    inside = [i for i in range(n) if low <= i <= high]
    return inside or [min(range(n), key=lambda i: abs(i - (low + high) / 2.0))]


def metric_range() -> tuple[float, float] | None:
    """The least and the greatest value of the metric that the URL names; None where none can be read."""
    ends = st.query_params.get(METRIC_RANGE, "").split("..")
    try:
        return (float(ends[0]), float(ends[1])) if len(ends) == 2 else None
    except ValueError:
        return None
