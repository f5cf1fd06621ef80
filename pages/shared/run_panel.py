"""One run: who it is, its curves, its metrics per dataset and its parameters."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import data, tables
from pages.shared.charts.curves import curve, stage_borders
from pages.shared.charts.theme import Theme
from pages.shared.controls import switch
from pages.shared.text import axis_title, number, plain
from store.queries import RunDetail

# Each chart: the key on the training orbits, the key on the validation orbits, and what it was measured on.
CURVES = (
    ("train_loss", "val_loss", "training batches"),
    ("percent_error", "val_percent_error", "training batches"),
    ("acceleration_error", "", "training orbits"),
)
KEYS = ("curriculum_phase", *(key for pair in CURVES for key in pair[:2] if key))


def show_run(of: data.Catalogue, run_key: str, varying: Sequence[str], theme: Theme) -> None:
    """Show a run; `varying` are the parameters that come first."""
    detail = data.run(of, run_key)
    st.markdown(_headline(detail))
    if detail.reason:
        st.caption(f"{detail.state}: {plain(detail.reason)}")
    if detail.model_file:
        st.page_link(
            "pages/generalisation.py",
            label="Its model on orbits of other shapes",
            icon=":material/grid_on:",
            query_params={"run": detail.run_id},
        )
    _curves(of, detail, switch("log scale of the curves", "curves_log", default=True), theme)
    measured, chosen = st.columns(2)
    with measured:
        st.markdown("**Measured with the kept model**")
        if detail.metrics.empty:
            st.caption("This run has not been measured.")
        else:
            st.dataframe(tables.metric_table(detail.metrics), hide_index=True)
    with chosen:
        st.markdown("**Parameters**")
        table = tables.parameter_table(detail.parameters, detail.extra_parameters, varying)
        st.dataframe(
            table, hide_index=True, height=320, column_config={"value": st.column_config.TextColumn(width="medium")}
        )


def _headline(detail: RunDetail) -> str:
    seed = detail.parameters.get("seed")
    words = [f"run `{detail.run_id}`", plain(detail.name), detail.state]
    if seed is not None:
        words.insert(0, f"**seed {seed}**")
    if detail.n_parameters is not None:
        words.append(f"{detail.n_parameters:,} weights")
    if detail.train_seconds is not None:
        words.append(f"trained in {number(detail.train_seconds, 's')}")
    if "best_step" in detail.summary:
        words.append(f"model kept from step {detail.summary['best_step']}")
    if detail.url:
        words.append(f"[W&B]({detail.url})")
    return " · ".join(words)


def _curves(of: data.Catalogue, detail: RunDetail, log: bool, theme: Theme) -> None:
    if detail.n_history_rows == 0:
        st.caption("This run logged no history, so there are no curves.")
        return
    history = data.history(of, detail.run_key, KEYS)
    loss = detail.parameters.get("loss_fcn")
    for column, (train, validation, where) in zip(st.columns(len(CURVES)), CURVES, strict=True):
        title = axis_title(train), str(loss) if train == "train_loss" and loss else where
        keys = [key for key in (train, validation) if key]
        drawn = curve(history, keys, title, stage_borders(history), log, theme)
        if drawn is None:
            column.caption(f"{title[0]}: nothing finite was logged.")
        else:
            column.altair_chart(drawn, theme=None)
