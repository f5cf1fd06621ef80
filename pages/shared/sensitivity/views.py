"""The lower parts of the Sensitivity page: a pair of settings with its plan, and importances on demand."""

import pandas as pd
import streamlit as st

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.noise import Noise
from orbitsens.sensitivity.pairs import Pair, compare
from orbitsens.sensitivity.planning import seeds_per_arm
from orbitsens.sensitivity.response import Response
from orbitsens.sensitivity.settings import with_settings
from orbitsens.sensitivity.sweep_files import setting_of, sweep_of, sweep_text
from orbitsens.sensitivity.wording import Metric, change, figure, p_text
from pages.shared import look
from pages.shared.charts.effects import importance_chart
from pages.shared.controls import choose
from pages.shared.data import Measured
from pages.shared.sensitivity import data as sensitivity_data
from pages.shared.start import View
from pages.shared.text import plain


def show_pair(found: Response, noise: Noise, table: pd.DataFrame, group: str, metric: Metric) -> None:
    """Compare two settings on their shared seeds, and plan the sweep that would tell their difference."""
    names = list(dict.fromkeys(found.runs["setting"]))
    words = {name: name for name in names}
    left, right = st.columns(2)
    with left:
        a = choose("Setting A", words, "a")
    with right:
        b = choose("Setting B", {name: name for name in names if name != a}, "b")
    try:
        pair = compare(found, a, b)
    except CannotSay as reason:
        st.markdown(str(reason))
        return
    st.markdown(pair_sentence(pair, metric))
    st.caption(f"Method: {pair.method}.")
    try:
        paired = seeds_per_arm(pair.difference, noise.sd, correlation=max(pair.correlation, 0.0))
        unpaired = seeds_per_arm(pair.difference, noise.sd)
    except CannotSay as reason:
        st.markdown(str(reason))
        return
    st.markdown(
        f"To find a true difference of this size with 80 % power at the 5 % level takes **{paired} seeds** per setting "
        f"if both use the same seeds, {unpaired} if not."
    )
    st.download_button(
        "Sweep file",
        data=planned_sweep(found, table, (a, b), group, paired),
        file_name="plan.yaml",
        on_click="ignore",
        help="Train it with: python -m runner sweep FILE",
        key="plan",
    )


def planned_sweep(found: Response, table: pd.DataFrame, names: tuple[str, str], group: str, n: int) -> str:
    """A sweep file with both settings and seeds 0 to n - 1."""
    labelled = with_settings(table, [*found.parameters, *found.constant])
    rows = [labelled[labelled["setting"] == name].iloc[0].to_dict() for name in names]
    settings = [setting_of({str(key): value for key, value in row.items()}) for row in rows]
    return sweep_text(sweep_of({"group": group}, settings, range(n)))


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


def show_importance(view: View, measured: Measured) -> None:
    """Compute importances when asked: they take up to a minute."""
    if not st.toggle("Compute importances", key="importance", help="For large random sweeps; takes up to a minute."):
        return
    with st.spinner("Fitting forests to the runs and to permuted ones ..."):
        found = sensitivity_data.importance(view.catalogue, view.filter, measured, view.but)
    if isinstance(found, str):
        st.markdown(found)
        return
    real = found.table[found.table["real"]]["parameter"].tolist()
    st.markdown(f"Beyond what noise shows: {', '.join(map(plain, real)) or 'none'}.")
    st.altair_chart(importance_chart(found, look.theme()), theme=None, key="importances")
    st.dataframe(found.table, hide_index=True)
    st.caption(f"Method: {found.method}.")
