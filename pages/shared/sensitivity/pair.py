"""Two settings against each other on the Sensitivity page, and the sweep that would tell them apart."""

from functools import partial

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.pairs import Pair, cautious_correlation, compare
from orbitsens.sensitivity.planning import as_difference, as_percent, seeds_per_arm
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.sweep_files import setting_of, sweep_of, sweep_text
from orbitsens.sensitivity.wording import Metric, change, figure, p_text
from pages.shared.controls import choose, whole_number
from pages.shared.text import plain

MOST_PERCENT = 1000


def show_pair(found: Response, noise: Noise, table: pd.DataFrame, group: str, metric: Metric) -> None:
    """Compare two settings on their shared seeds, and plan the sweep that would find a difference between them.

    Unless the reader chooses others, they are the best setting and the next.
    """
    means = found.runs.groupby("setting")["y"].mean().sort_values(kind="stable")
    names = [str(name) for name in means.index]
    left, right = st.columns(2)
    with left:
        a = choose("Setting A", {name: name for name in names}, "a")
    with right:
        b = choose("Setting B", {name: name for name in names if name != a}, "b")
    difference, correlation = float(means[b] - means[a]), 0.0
    try:
        pair = compare(found, a, b)
    except CannotSay as reason:
        st.markdown(plain(str(reason)))
    else:
        difference, correlation = pair.difference, cautious_correlation(pair)
        st.markdown(pair_sentence(pair, metric))
        st.caption(f"Method: {pair.method}.")
    percent = whole_number(
        "Difference to find (%)",
        "difference",
        default=min(max(round(as_percent(abs(difference), found.log, means.mean())), 1), MOST_PERCENT),
        low=1,
        high=MOST_PERCENT,
        tip=f"How much more {metric.label} one of the two has; unless you change it, what they differ by now.",
    )
    try:
        wanted = as_difference(percent, found.log, means.mean())
        n, unpaired = seeds_per_arm(wanted, noise.sd, correlation=correlation), seeds_per_arm(wanted, noise.sd)
    except CannotSay as reason:
        st.markdown(plain(str(reason)))
        return
    st.markdown(plan_sentence(percent, n, unpaired, correlation, metric))
    st.download_button(
        "Sweep file",
        data=partial(planned_sweep, found, table, (a, b), group, n),
        file_name="plan.yaml",
        on_click="ignore",
        help="Train it with: python -m runner sweep FILE. With --resume the runs that are there already are kept.",
        key="plan",
    )


def planned_sweep(found: Response, table: pd.DataFrame, names: tuple[str, str], group: str, n: int) -> str:
    """A sweep file with both settings, as in the first run of each, and seeds 0 to n - 1."""
    by_setting = found.runs.drop_duplicates("setting").set_index("setting")["run_key"]
    rows = [table[table["run_key"] == by_setting[name]].iloc[0].to_dict() for name in names]
    settings = [setting_of({str(key): value for key, value in row.items()}) for row in rows]
    return sweep_text(sweep_of({"group": group}, settings, range(n)))


def plan_sentence(percent: int, n: int, unpaired: int, correlation: float, metric: Metric) -> str:
    """How many seeds find a difference, with the same seeds in both settings and without."""
    why = (
        f"the shared seeds' results correlate by {figure(correlation)}, cautiously estimated"
        if correlation > 0.0
        else "nothing shows yet that sharing helps"
    )
    return (
        f"To find a true difference of {percent} % in {metric.label} with 80 % power at the 5 % level takes "
        f"**{n} seeds** per setting if both use the same seeds ({why}), {unpaired} if not."
    )


def pair_sentence(pair: Pair, metric: Metric) -> str:
    """What two settings differ by, on the seeds that they share."""
    less = pair.difference < 0.0
    size, *ends = (
        change(-value if less else value, pair.log, metric.unit)
        for value in (pair.difference, *((pair.high, pair.low) if less else (pair.low, pair.high)))
    )
    worse, better = ("B", "A") if less else ("A", "B")
    span = " to ".join(ends)
    return (
        f"On {pair.n} shared seeds {worse} has {size} more {metric.label} than {better} ({span}; "
        f"sign-flip {p_text(pair.flip_p)}, at best {p_text(pair.smallest_p)}); "
        f"A beats B at a new seed with probability {figure(pair.a_better)}."
    )
