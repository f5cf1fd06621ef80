"""A box that is dragged over parallel coordinates: which runs pass through it, and keeping only those."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.shared.charts.axes import Axis, meant
from pages.shared.charts.parallel import BRUSH
from pages.shared.controls import NOTHING, put
from pages.shared.filter.state import restrict
from pages.shared.filter.url import NO_KINDS
from pages.shared.filter.values import range_of_url
from pages.shared.filter.words import restrictions
from pages.shared.text import Metric, span
from store.filters import Measured, Range, RunFilter, Value

METRIC_RANGE = "value"  # a key of old links
_TURN = "parallel turn"


class Box(NamedTuple):
    """What a box means: values or a range of each parameter it covers, and of the metric; and the runs within."""

    parameters: tuple[tuple[str, tuple[Value, ...] | Range], ...]
    metric: tuple[float, float] | None
    runs: npt.NDArray[np.bool_]

    def words(self, metric: Metric) -> str:
        """What the box holds: "width 64 or 128, acceleration error 5.1 to 6.0 %"."""
        told = restrictions(RunFilter(parameters=self.parameters))
        return ", ".join([*told, *([f"{metric.label} {span(*self.metric, metric.unit)}"] if self.metric else [])])


def chart_key() -> str:
    """The key of the chart: another one after each box that was kept, so that a new picture has no old box on it."""
    return f"parallel_{st.session_state.get(_TURN, 0)}"


def box_on(
    key: str, axes: Sequence[Axis], parameters: Sequence[str], meaning: Mapping[str, Mapping[str, Value]]
) -> Box | None:
    """The box on the chart of that key, None without one; `axes` are those of `parameters`, and then the metric's.

    `meaning`: by parameter what the words on its axis mean to the filter, where they are not the values themselves.
    """
    brush = st.session_state.get(key, {}).get("selection", {}).get(BRUSH) or {}
    if not {"x", "y"} <= set(brush):
        return None
    (left, right), (low, high) = (sorted(brush[along]) for along in ("x", "y"))
    return box(axes, parameters, (left, right), (low, high), meaning)


def box(
    axes: Sequence[Axis],
    parameters: Sequence[str],
    across: tuple[float, float],
    up: tuple[float, float],
    meaning: Mapping[str, Mapping[str, Value]] = MappingProxyType({}),
) -> Box | None:
    """The box from one number of an axis and one place to others; None if no run passes through it."""
    through = covered(*across, len(axes))
    inside = [(axes[i].places >= up[0]) & (axes[i].places <= up[1]) for i in through]
    runs = np.logical_and.reduce(inside)
    if not runs.any():
        return None
    wanted = {i: meant(axes[i], *up) for i in through}
    found = wanted.pop(len(parameters), ())
    ends = [end for end in ((found.low, found.high) if isinstance(found, Range) else found) if isinstance(end, float)]
    named = tuple((parameters[i], _meant(each, meaning.get(parameters[i], {}))) for i, each in wanted.items())
    return Box(named, (min(ends), max(ends)) if ends else None, runs)


def _meant(wanted: tuple[Value, ...] | Range, meaning: Mapping[str, Value]) -> tuple[Value, ...] | Range:
    if isinstance(wanted, Range):
        return wanted
    return tuple(meaning.get(value, value) if isinstance(value, str) else value for value in wanted)


def covered(low: float, high: float, n: int) -> list[int]:
    """The axes that a box from `low` to `high` covers, or the nearest to its middle."""
    inside = [i for i in range(n) if low <= i <= high]
    return inside or [min(range(n), key=lambda i: abs(i - (low + high) / 2.0))]


def keep(found: Box, measured: Measured, kinds: Mapping[str, str]) -> None:
    """Callback: keep only the runs in a box, which becomes part of the shared filter; `kinds` of its parameters."""
    ends = [(measured, Range(*found.metric))] if found.metric is not None else []
    restrict(found.parameters, kinds, ends)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def from_old_link(measured: Measured) -> None:
    """Make the range of an old link, `value=acceleration_error:5.0..6.5`, part of the shared filter."""
    named, _, ends = st.query_params.get(METRIC_RANGE, NOTHING).partition(":")
    wanted = range_of_url(ends)
    put(METRIC_RANGE, NOTHING)
    if named == measured.metric and wanted is not None:
        restrict([], NO_KINDS, [(measured, wanted)])
        st.rerun()
