"""Downloads: the picture and the numbers of a chart. Made when the button is pressed, not before."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from pages.shared.charts.picture import picture


def download_row(
    name: str, chart: Callable[[], alt.LayerChart], title: str, subtitle: Sequence[str], rows: pd.DataFrame
) -> None:
    """Offer a chart as PNG and SVG and its rows as CSV; `name` is the files' name without its ending."""
    name = re.sub(r"[^\w.-]+", "-", name)
    with st.container(horizontal=True, gap="small"):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
            st.download_button(
                kind.upper(),
                data=partial(_draw, chart, kind, title, subtitle),
                file_name=f"{name}.{kind}",
                mime=mime,
                on_click="ignore",
                type="tertiary",
                icon=":material/image:",
                help="The picture above, on white, with its title.",
                key=f"download_{kind}",
            )
        csv_button(
            name,
            lambda: rows,
            "Every matched run with its id, parameters, value, and whether and why (not) it was used.",
        )


def csv_button(name: str, rows: Callable[[], pd.DataFrame], what: str) -> None:
    """Offer rows as CSV; `what` says in the tip what they are."""
    st.download_button(
        "CSV",
        data=lambda: rows().to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/table:",
        help=what,
        key="download_csv",
    )


def _draw(chart: Callable[[], alt.LayerChart], kind: str, title: str, subtitle: Sequence[str]) -> bytes:
    return picture(chart(), "png" if kind == "png" else "svg", title, subtitle)
