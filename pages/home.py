"""Home: the studies with their answers, the other groups, how fresh the store is, and what to do when it is empty."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import data, empty, look
from pages.shared.glossary import COMMON, hover
from pages.shared.start import start
from pages.shared.studies.known import STUDIES, Study
from pages.shared.text import NO_GROUP, ago, count, listed, plain, states_text
from store.filters import of_group

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
present = set(groups["group"])


def show(study: Study) -> None:
    """A study's question, its answer, its picture, and the way to its page."""
    from pages.shared.studies.short import draw, short  # brings SciPy, for which a store without studies need not wait

    here = replace(view, filter=of_group(study.group))
    told = short(study, here)
    st.page_link(f"pages/{study.page}.py", label=f"**{study.title}**", icon=study.icon, query_params=here.link())
    st.markdown(hover(study.question, COMMON))
    if told is None:
        st.caption("Its runs are here, but nothing was measured yet: its page says what to do.")
        return
    st.markdown(hover(told.answer, COMMON))
    with st.container(horizontal=True):
        for name, chart in told.charts.items():
            key = f"study_{study.group}_{name}"
            st.altair_chart(draw(chart, look.theme(), name), theme=None, key=key, alt=f"{study.title} {name}".strip())
    st.caption(told.used)


known = [study for study in STUDIES if study.group in present]
with st.container(horizontal=True):  # in which cards wrap where there is no room for two beside each other
    for study in known:
        with st.container(border=True, key=f"study_{study.group}", width=490):
            show(study)
if known and len(known) < len(STUDIES):
    missing = [study.title for study in STUDIES if study not in known]
    st.caption(f"Not in this store: {listed(missing)}. `make studies` trains what is missing.")

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
