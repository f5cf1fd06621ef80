"""What stands below the table of runs: how many there are, all of them as a file, and what to do with some."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.shared.exports import csv_button
from pages.shared.runs.table import MOST_COMPARED, select
from pages.shared.start import View
from pages.shared.text import listed, plain


def show_bar(view: View, names: Sequence[str], told: str, rows: Callable[[], pd.DataFrame]) -> None:
    """Say what is listed (`told`), offer all matching `rows` as a file, and to compare the runs of these names."""
    with st.container(horizontal=True, vertical_alignment="center", key="runs_bar"):
        st.caption(told, width="content")
        what = "All matching runs, those not listed here too, with these columns and their run ids."
        csv_button(f"runs-{view.name}", rows, what, key="runs")
        if len(names) > 1:
            st.caption(f"{len(names)} selected.", width="content")
            _compare(f"Compare {plain(listed(names, most=4))}", view.link(runs=",".join(names)), len(names))
        elif not names and view.n_matching > 1:
            _compare(f"Compare all {view.n_matching:,}", view.link(), view.n_matching)
        if names:
            st.button("Select none", on_click=select, args=([],), type="tertiary", key="select_none")
    if len(names) > MOST_COMPARED:
        st.caption(f"At most {MOST_COMPARED} runs can be compared: select fewer.")


def _compare(label: str, query: dict[str, str | list[str]], n: int) -> None:
    if n <= MOST_COMPARED:
        st.page_link("pages/compare.py", label=label, icon=":material/compare_arrows:", query_params=query)
