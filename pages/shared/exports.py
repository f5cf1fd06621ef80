"""Downloads: the picture and the numbers of a chart. Made when the button is pressed, not before."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from orbitsens.config import harmless_cells
from pages.shared.charts.picture import picture
from pages.shared.text import spoken


def download_row(
    name: str,
    chart: Callable[[], alt.LayerChart | alt.ConcatChart],
    title: str,
    subtitle: Sequence[str],
    rows: Callable[[], pd.DataFrame],
    what: str,
    *,
    key: str = "",
) -> None:
    """Offer a chart as PNG and SVG and its rows as CSV; `name` is the files' name without its ending.

    `what` says in a tip what the rows are; `key` tells the rows of buttons of one page apart.
    """
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
                key="_".join(filter(None, ("download", key, kind))),
            )
        csv_button(name, rows, what, key=key)


def csv_button(name: str, rows: Callable[[], pd.DataFrame], what: str, *, key: str = "") -> None:
    """Offer rows as CSV, in which no text is a formula; `what` says in the tip what they are."""
    st.download_button(
        "CSV",
        data=lambda: harmless_cells(rows()).to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/table:",
        help=what,
        key="_".join(filter(None, ("download", key, "csv"))),
    )


def _draw(
    chart: Callable[[], alt.LayerChart | alt.ConcatChart], kind: str, title: str, subtitle: Sequence[str]
) -> bytes:
    said = [spoken(line) for line in subtitle]
    return picture(chart(), "png" if kind == "png" else "svg", spoken(title), said)
