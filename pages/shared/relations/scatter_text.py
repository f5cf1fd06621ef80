"""What a scatter says before its picture."""

import numpy as np
import pandas as pd

from orbitsens.sensitivity.over_settings import rank_correlation
from pages.shared.charts.positions import is_number
from pages.shared.text import count, listed, plain

FEWEST = 10  # settings, or runs of one setting, of which a correlation is told
METHOD = (
    "Spearman's rank correlation of the settings' means over their seeds (of the runs, where there is one setting); "
    "its 95 % interval is by bootstrap over the settings, beyond 1,000 of them by Fisher's z"
)


def answer(runs: pd.DataFrame, x: str, y: str, setting: "pd.Series[int]") -> str:
    """Say in a sentence how two things of runs (columns x and y, called `x` and `y`) go together over settings."""
    if not (is_number(runs["x"]) and is_number(runs["y"])):
        return f"{plain(y)} by {plain(x)}"
    found = rank_correlation(runs["x"], runs["y"], setting)
    if found is None or found.n_units < FEWEST:
        n = "" if found is None else f" ({count(found.n_units, 'setting' if found.of_settings else 'run')})"
        return f"{plain(y)} against {plain(x)}: too few different values{n} to say how they go together"
    whose = count(found.n_runs, "run")
    whose = f"{count(found.n_units, 'setting')}, {whose}" if found.of_settings else f"{whose} of one setting"
    told = f"rank correlation **{found.rho:+.2f}** (95 % interval {found.low:+.2f} to {found.high:+.2f}, {whose})"
    if found.low <= 0.0 <= found.high:
        return f"{plain(y)} and {plain(x)}: no clear relation; {told}"
    return f"{plain(y)} {'rises' if found.rho > 0.0 else 'falls'} as {plain(x)} grows: {told}"


def used(runs: pd.DataFrame, drawable: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> str:
    """Say how many of the matched runs have a place on both axes, and in which states the others are."""
    rest = runs["state"][~drawable].value_counts()
    sentence = f"{int(drawable.sum()):,} of {count(len(runs), 'matched run')} on the axes"
    states = [f"{n:,} {state}" for state, n in rest.items()]
    return f"{sentence}; not finite or unset, in the strips: {listed(states)}." if states else f"{sentence}."
