"""Two settings against each other on the Sensitivity page, and the sweep that would tell them apart."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.pairs import Pair, cautious_correlation, compare
from orbitsens.sensitivity.planning import as_difference, seeds_per_arm
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.spread import moderated
from orbitsens.sensitivity.sweep_files import setting_of, sweep_of, sweep_text
from orbitsens.sensitivity.terms import cells
from orbitsens.sensitivity.wording import Metric, compared, figure, p_text, span
from pages.shared.controls import choose, whole_number
from pages.shared.sensitivity.data import minutes_per_run
from pages.shared.start import View
from pages.shared.text import plain

DIFFERENCES = (10, 25, 50, 100)  # %
DEFAULT_PERCENT, MOST_PERCENT = 25, 1000
MOST_SEEDS = 100  # of each setting in a sweep file that a click downloads


def show_pair(view: View, found: Response, table: pd.DataFrame, metric: Metric) -> None:
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
    correlation = 0.0
    try:
        pair = compare(found, a, b)
    except CannotSay as reason:
        st.markdown(plain(str(reason)))
    else:
        correlation = cautious_correlation(pair)
        st.markdown(pair_sentence(pair, metric))
        st.caption(f"Method: {pair.method}.")
    percent = whole_number(
        "Difference to find (%)",
        "difference",
        default=DEFAULT_PERCENT,
        low=1,
        high=MOST_PERCENT,
        tip=f"How much more {metric.label} one of the two has: the smallest difference that you would act on.",
    )
    spreads = own_spreads(found, (a, b))
    mean = float(means.mean())
    n = seeds_for(percent, spreads, correlation, found.log, mean)
    if n is None:
        st.markdown(
            f"A difference of {percent} % cannot be planned for: it takes more than 10,000 seeds, or there is no noise."
        )
        return
    st.markdown(plan_sentence(percent, n, correlation, metric))
    minutes = minutes_per_run(view.catalogue, view.filter)
    st.dataframe(plan_table([*DIFFERENCES], spreads, correlation, found.log, mean, minutes), hide_index=True)
    if n > MOST_SEEDS:
        st.markdown(f"More than {MOST_SEEDS} seeds of each are no plan: look for a larger difference.")
        return
    st.download_button(
        f"Sweep file ({cost_text(2 * n, minutes)})",
        data=partial(planned_sweep, found, table, (a, b), view.name, n),
        file_name="plan.yaml",
        on_click="ignore",
        help="Train it with: python -m runner sweep FILE. With --resume the runs that are there already are kept.",
        key="plan",
    )


def own_spreads(found: Response, names: tuple[str, str]) -> tuple[float, float]:
    """The standard deviations of two settings, unit of y, steadied by the others' as far as these are alike."""
    summary = cells(found, coded=False)
    place = {name: i for i, name in enumerate(summary.settings)}
    runs = found.runs.groupby("setting", sort=False)["y"]
    steady = moderated(runs.var(ddof=0).to_numpy() * summary.n, summary.n - 1.0).variance ** 0.5
    first, second = (float(steady[place[name]]) for name in names)
    return first, second


def seeds_for(percent: float, sds: tuple[float, float], correlation: float, log: bool, mean: float) -> int | None:
    """Seeds of each of two settings on shared seeds for a difference in percent; None where it cannot be planned."""
    try:
        return seeds_per_arm(as_difference(percent, log, mean), sds, correlation=correlation)
    except CannotSay:
        return None


def plan_table(
    percents: Sequence[int], sds: tuple[float, float], correlation: float, log: bool, mean: float, minutes: float | None
) -> pd.DataFrame:
    """What each difference costs: seeds of each setting, runs in all, and minutes of training where that is known."""
    rows = []
    for percent in percents:
        n = seeds_for(percent, sds, correlation, log, mean)
        runs = None if n is None else 2 * n
        rows.append((f"{percent} %", n, runs, None if runs is None or minutes is None else round(runs * minutes, 1)))
    table = pd.DataFrame(rows, columns=["difference to find", "seeds of each", "runs", "training (min)"])
    return table if minutes is not None else table.drop(columns="training (min)")


def cost_text(runs: int, minutes: float | None) -> str:
    """What a plan costs: "12 runs, about 3 min"."""
    return f"{runs} runs" if minutes is None else f"{runs} runs, about {figure(runs * minutes)} min"


def planned_sweep(found: Response, table: pd.DataFrame, names: tuple[str, str], group: str, n: int) -> str:
    """A sweep file with both settings, as in the first run of each, and seeds 0 to n - 1."""
    by_setting = found.runs.drop_duplicates("setting").set_index("setting")["run_key"]
    rows = [table[table["run_key"] == by_setting[name]].iloc[0].to_dict() for name in names]
    settings = [setting_of({str(key): value for key, value in row.items()}) for row in rows]
    return sweep_text(sweep_of({"group": group}, settings, range(n)))


def plan_sentence(percent: int, n: int, correlation: float, metric: Metric) -> str:
    """How many seeds find a difference, with the same seeds in both settings."""
    why = (
        f"the shared seeds' results correlate by at least {figure(correlation)}"
        if correlation > 0.0
        else "nothing shows yet that sharing seeds helps"
    )
    return (
        f"A study of these two settings finds a true difference of {percent} % in {metric.label} with 80 % power, "
        "by the "
        f"paired test of its own report (5 % level), with **{n} seeds** of each, the same in both ({why})."
    )


def pair_sentence(pair: Pair, metric: Metric) -> str:
    """What two settings differ by, on the seeds that they share."""
    less = pair.difference < 0.0
    size, low, high = (abs(pair.difference), *((-pair.high, -pair.low) if less else (pair.low, pair.high)))
    worse, better = ("B", "A") if less else ("A", "B")
    return (
        f"On {pair.n} shared seeds {compared(worse, better, size, pair.log, metric)} "
        f"({span(low, high, pair.log, metric.unit)}; paired t test, {p_text(pair.p)}); A beats B at a new seed with "
        f"probability {figure(pair.a_better)} ({figure(pair.a_better_low)} to {figure(pair.a_better_high)})."
    )
