"""Home: what there is in the store, how fresh it is, and what to do when there is nothing."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import data, empty
from pages.shared.glossary import hover
from pages.shared.start import start
from pages.shared.text import NO_GROUP, ago, count, plain, states_text

MOST = 50  # groups on this page; the filter of the others has all

view = start(
    "orbitsens",
    "How sensitive is a learnt model of two-body orbits to each choice in the model and in its training?",
    groups=False,
)
catalogue, groups = view.catalogue, data.groups(view.catalogue, view.filter)
store = Path(catalogue.path)
st.caption(
    f"{count(int(groups['n_runs'].sum()), 'run')} in {count(len(groups), 'group')}: {plain(catalogue.name)}.",
    help=f"Read from {store}. `{empty.sync(store)}` brings new runs in; `{empty.quickstart(store)}` trains some.",
)
st.markdown(hover("Open a group to see how far the seeds alone spread its error:"))
for _, row in groups.head(MOST).iterrows():
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/seeding.py",
            label=f"**{plain(row['group'] or NO_GROUP)}**",
            icon=":material/casino:",
            query_params=view.link(replace(view.filter, groups=(row["group"] or None,))),
        )
        age = f"newest run {ago(row['last_created'])}" if pd.notna(row["last_created"]) else "age unknown"
        trained = f"trained on {plain(row['datasets'] or '(unset)')}"
        st.caption(f"{states_text(row.to_dict())} · {trained} · {age}", width="content")
if len(groups) > MOST:
    st.caption(f"{len(groups) - MOST:,} older groups are not listed here; every other page's filter has them all.")
