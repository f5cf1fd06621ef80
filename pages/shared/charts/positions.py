"""Axes on which anything of a run has a place: numbers, times, and names in their order."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from orbitsens.sensitivity.settings import natural, value_text
from pages.shared.charts.ticks import log_ticks


class Quantity(NamedTuple):
    """What an axis or a colour shows: its words with the unit, and whether its scale is logarithmic."""

    title: str
    log: bool = False


class Positions(NamedTuple):
    """Where runs lie on an axis: `at` is a number each, of names their place in order, NaN where there is none.

    Times are in ms since 1970.
    """

    title: str
    at: npt.NDArray[np.float64]
    names: Sequence[str]
    log: bool
    time: bool

    @property
    def drawable(self) -> npt.NDArray[np.bool_]:
        """Which runs have a place."""
        return np.isfinite(self.at)


def is_number(column: "pd.Series[Any]") -> bool:
    """Whether a column holds numbers; truths are names."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def can_be_log(column: "pd.Series[Any]") -> bool:
    """Whether a column holds numbers of which all finite ones are positive."""
    if not is_number(column):
        return False
    numbers = column.to_numpy(np.float64, na_value=np.nan)
    return bool((numbers[np.isfinite(numbers)] > 0.0).all())


def names_in_order(column: "pd.Series[Any]") -> list[str]:
    """The distinct values of a column as words, in natural order, "(unset)" last."""
    distinct = column.drop_duplicates().sort_values(key=natural, na_position="last")
    return list(dict.fromkeys(value_text(value) for value in distinct.tolist()))


def positions(column: "pd.Series[Any]", what: Quantity) -> Positions:
    """Lay out a column. A logarithm that some number does not have is not taken."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        known = column.notna().to_numpy(bool)
        at = np.where(known, column.astype("datetime64[ms, UTC]").astype("int64"), np.nan)
        return Positions(what.title, at, (), log=False, time=True)
    if is_number(column):
        at = column.to_numpy(np.float64, na_value=np.nan)
        return Positions(what.title, at, (), what.log and can_be_log(column), time=False)
    names = names_in_order(column)
    place = {name: i for i, name in enumerate(names)}
    at = np.array([place[value_text(value)] for value in column.tolist()], np.float64)
    return Positions(what.title, at, names, log=False, time=False)


def encoding(of: Positions, field: str, low: object, high: object, *, grid: bool = True) -> dict[str, Any]:
    """The arguments of a channel; `low` and `high` are where the axis ends on the screen, in px."""
    finite = of.at[of.drawable].tolist()
    axis: dict[str, Any] = {"labelLimit": 130, "labelOverlap": True} | ({} if grid else {"grid": False})
    scale: dict[str, Any] = {"range": [low, high]}
    if of.names:
        axis |= {"values": list(range(len(of.names))), "grid": False}
        axis |= {"labelExpr": f"{json.dumps(list(of.names))}[datum.value]"}
        scale |= {"type": "linear", "domain": [-0.5, len(of.names) - 0.5], "nice": False, "zero": False}
    elif of.time:
        axis |= {"tickCount": 6}
        scale |= {"type": "utc", "padding": 12}
    elif finite and min(finite) == max(finite):
        axis |= {"values": finite[:1], "format": ".3~g"}
        scale |= {"type": "linear", "zero": False, "nice": False, "padding": 12}
    elif of.log:
        axis |= {"format": "~g"} | ({"values": log_ticks(finite)} if log_ticks(finite) else {})
        scale |= {"type": "log", "nice": False, "padding": 12}
    else:
        axis |= {"tickCount": 7, "format": "~g"}
        scale |= {"type": "linear", "zero": False, "nice": False, "padding": 12}
    kind = "T" if of.time else "Q"
    return {"shorthand": f"{field}:{kind}", "title": of.title, "scale": alt.Scale(**scale), "axis": alt.Axis(**axis)}


def edges(of: Positions, most: int) -> npt.NDArray[np.float64]:
    """Cut an axis into at most `most` stretches of equal length on the screen: a name each, or equal parts."""
    if of.names:
        return np.arange(len(of.names) + 1, dtype=np.float64) - 0.5
    finite = of.at[of.drawable].tolist() or [1.0]
    low, high = min(finite), max(finite)
    if low == high:
        return np.array([low / 1.05, high * 1.05] if of.log else [low - 0.5, high + 0.5], np.float64)
    parts = np.arange(most + 1, dtype=np.float64) / most
    return np.asarray(low * (high / low) ** parts if of.log else low + (high - low) * parts, np.float64)
