"""What a scatter says before its picture."""

import math

import numpy as np
import pandas as pd

from pages.shared.charts.positions import is_number
from pages.shared.text import count, listed, plain

FEWEST = 10  # runs of which a correlation is told
METHOD = "Spearman's rank correlation; its 95 % interval is by Fisher's z with Bonett and Wright's variance"
_Z = 1.959964


def answer(runs: pd.DataFrame, x: str, y: str) -> str:
    """Say in a sentence how two things of runs (columns x and y, called `x` and `y`) go together."""
    if not (is_number(runs["x"]) and is_number(runs["y"])):
        return f"{plain(y)} by {plain(x)}"
    pair = runs[["x", "y"]].astype(float).replace([np.inf, -np.inf], np.nan).dropna()
    if len(pair) < FEWEST or pair["x"].nunique() < 2 or pair["y"].nunique() < 2:
        return f"{plain(y)} against {plain(x)}: too few different values to say how they go together"
    rho = rank_correlation(pair["x"], pair["y"])
    low, high = interval(rho, len(pair))
    told = f"rank correlation **{rho:+.2f}** (95 % interval {low:+.2f} to {high:+.2f}, {count(len(pair), 'run')})"
    if low <= 0.0 <= high:
        return f"{plain(y)} and {plain(x)}: no clear relation; {told}"
    return f"{plain(y)} {'rises' if rho > 0.0 else 'falls'} as {plain(x)} grows: {told}"


def rank_correlation(x: "pd.Series[float]", y: "pd.Series[float]") -> float:
    """Spearman's rank correlation, from -1 to 1, equal values sharing their ranks."""
    return float(np.corrcoef(x.rank(), y.rank())[0, 1])


def interval(rho: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a rank correlation over `n` pairs."""
    if abs(rho) > 1.0 - 1e-12:
        return rho, rho
    z, se = math.atanh(rho), math.sqrt((1.0 + rho * rho / 2.0) / (n - 3))
    return math.tanh(z - _Z * se), math.tanh(z + _Z * se)


def used(runs: pd.DataFrame, drawable: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> str:
    """Say how many of the matched runs have a place on both axes, and in which states the others are."""
    rest = runs["state"][~drawable].value_counts()
    sentence = f"{int(drawable.sum()):,} of {count(len(runs), 'matched run')} on the axes"
    states = [f"{n:,} {state}" for state, n in rest.items()]
    return f"{sentence}; not finite or unset, in the strips: {listed(states)}." if states else f"{sentence}."
