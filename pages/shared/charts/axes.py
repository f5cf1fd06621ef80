"""One axis of parallel coordinates: where each run lies on it, what its ticks say, and what a stretch of it means."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from orbitsens.sensitivity.settings import UNSET, natural, value_text
from pages.shared.charts.ticks import log_ticks, significant_digits
from store.filters import Range, Value

FEW = 12  # distinct numbers up to which each has a place and a tick of its own
MOST_TICKS, STRETCHES = 24, 24
BELOW, ABOVE = -0.14, 1.14  # the places of runs without the value, and without a finite one
NOT_FINITE = "not finite"


@dataclass(frozen=True)
class Axis:
    """`places`: each run's, 0 at the bottom to 1 at the top, `BELOW` where it is unset, `ABOVE` where not finite.

    `ticks` are places and their words. `values` has one value per distinct place of the axis, None for unset.
    """

    title: str
    places: npt.NDArray[np.float64]
    values: tuple[tuple[float, Value], ...]
    ticks: tuple[tuple[float, str], ...]
    continuous: bool

    def stretches(self) -> npt.NDArray[np.float64]:
        """The runs' places, on an axis with many numbers moved to the middles of `STRETCHES` equal stretches."""
        inside = (self.places >= 0.0) & (self.places <= 1.0)
        middles = (np.clip(np.floor(self.places * STRETCHES), 0, STRETCHES - 1) + 0.5) / STRETCHES
        return np.where(inside & self.continuous, middles, self.places)


def axis(title: str, column: "pd.Series[Any]", *, log: bool = False, metric: bool = False) -> Axis:
    """Lay out a column of runs: few values are spread evenly in their order, many numbers lie where they are.

    `log` is for many numbers: equal factors are then equally far apart, if all are positive. `metric`: numbers that
    were measured lie where they are, however few.
    """
    numbers = _numbers(column)
    if numbers is not None and numbers[np.isfinite(numbers)].size and (metric or len(np.unique(numbers)) > FEW):
        return _continuous(title, numbers, column.isna().to_numpy(bool), log)
    return _even(title, column)


def _numbers(column: "pd.Series[Any]") -> npt.NDArray[np.float64] | None:
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return None
    return column.to_numpy(np.float64, na_value=np.nan)


def _continuous(title: str, numbers: npt.NDArray[np.float64], unset: npt.NDArray[np.bool_], log: bool) -> Axis:
    finite = np.isfinite(numbers)
    log = log and bool((numbers[finite] > 0.0).all())
    heights = np.log(numbers, where=finite, out=np.zeros_like(numbers)) if log else numbers
    low, high = float(heights[finite].min()), float(heights[finite].max())

    def place(height: Any) -> Any:
        return (height - low) / (high - low) if high > low else 0.0 * height + 0.5

    places = np.where(finite, place(heights), np.where(unset, BELOW, ABOVE))
    marks = log_ticks(numbers[finite].tolist()) if log else _round_numbers(low, high) if high > low else []
    marks = marks or sorted({float(numbers[finite].min()), float(numbers[finite].max())})
    digits = significant_digits(marks)
    ticks = [(place(math.log(mark) if log else mark), f"{mark:.{digits}g}") for mark in marks]
    ends = [(float(places[at]), float(numbers[at])) for at in np.flatnonzero(finite)]
    return Axis(title, places, tuple(sorted(set(ends))), (*ticks, *_strips(places)), continuous=True)


def _even(title: str, column: "pd.Series[Any]") -> Axis:
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    values = pd.Series(distinct.tolist(), dtype=object)
    infinite = values.map(lambda value: isinstance(value, float) and math.isinf(value)).astype(bool)
    known = pd.Series(distinct).loc[~infinite & values.notna()].sort_values(key=natural)
    spread = np.linspace(0.0, 1.0, len(known)) if len(known) > 1 else np.array([0.5] * len(known))
    at = pd.Series(np.where(infinite, ABOVE, BELOW))
    at[known.index] = spread
    places = np.asarray(at.to_numpy()[codes], np.float64)
    pairs = list(zip(spread.tolist(), values[known.index].tolist(), strict=True))
    every = math.ceil(len(known) / MOST_TICKS) or 1
    ticks = [(place, value_text(value)) for place, value in pairs[::every]]
    return Axis(title, places, tuple(pairs), (*ticks, *_strips(places)), continuous=False)


def _strips(places: npt.NDArray[np.float64]) -> list[tuple[float, str]]:
    return [(at, words) for at, words in ((BELOW, UNSET), (ABOVE, NOT_FINITE)) if (places == at).any()]


def _round_numbers(low: float, high: float, n: int = 6) -> list[float]:
    """Round numbers between two, about `n` of them."""
    size = (high - low) / n
    power = 10.0 ** math.floor(math.log10(size))
    step = next(unit * power for unit in (1, 2, 5, 10) if unit * power >= size)
    return [round(i * step, 12) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def meant(one: Axis, low: float, high: float) -> Range | tuple[Value, ...]:
    """What a stretch of an axis from one place to another means: a range of numbers, or the values in it."""
    inside = [value for at, value in one.values if low <= at <= high]
    unset: Sequence[Value] = [None] if low <= BELOW <= high and (one.places == BELOW).any() else []
    if one.continuous and not unset:
        numbers = [float(value) for value in inside if isinstance(value, int | float)]
        return Range(min(numbers), max(numbers)) if numbers else ()
    return (*inside, *unset)


def worded(one: Axis, places: Sequence[float]) -> list[str]:
    """The words of places as `stretches` has them: a value, or the ends of a stretch."""
    strips = {BELOW: UNSET, ABOVE: NOT_FINITE}
    if not one.continuous:
        words = strips | {at: value_text(value) for at, value in one.values}
        return [words[place] for place in places]
    at, numbers = zip(*one.values, strict=True)
    starts = np.searchsorted(at, np.asarray(places) - 0.5 / STRETCHES)
    ends = np.searchsorted(at, np.asarray(places) + 0.5 / STRETCHES)
    ends = np.clip(np.maximum(ends, starts + 1), 1, len(at))
    return [
        strips.get(place) or f"{value_text(numbers[start])} to {value_text(numbers[end - 1])}"
        for place, start, end in zip(places, np.clip(starts, 0, len(at) - 1), ends, strict=True)
    ]
