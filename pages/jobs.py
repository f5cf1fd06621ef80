"""Jobs and syncs: what is being computed, what failed and why, and how fresh the data is."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared.grids import data as grid_data
from pages.shared.jobs import sync_panel
from pages.shared.start import start
from pages.shared.text import moment, number, plain
from runner import jobs

words = "Evaluations are processes of their own: they go on if the app is closed."
catalogue = start("Jobs and syncs", words, filtered=False).catalogue
home = Path(grid_data.home(catalogue).path)

sync_panel.show_odd([Path(catalogue.path), home])
st.subheader("Now")
sync_panel.show_now(catalogue, home)
st.subheader("Runs that did not finish")
sync_panel.show_unfinished(catalogue)
st.subheader("Syncs")
sync_panel.show_syncs(catalogue)

st.subheader("Evaluations that ended")
ended = [job for job in jobs.all_jobs(home) if not job.active]
if not ended:
    st.markdown("None in the last days. An evaluation is asked for on the Generalisation page.")
    st.stop()
rows = [
    {
        "what": job.title,
        "state": job.state,
        "by": job.who,
        "asked for": moment(job.submitted_at),
        "took": number((job.ended_at - job.submitted_at).total_seconds(), "s") if job.ended_at else "unknown",
        "message": job.message,
    }
    for job in ended
]
st.dataframe(pd.DataFrame(rows), hide_index=True)
st.caption(f"Kept for {jobs.KEPT.days} days. At most {jobs.AT_A_TIME} run at a time, {jobs.LIMIT_S / 60:.0f} min each.")
for job in ended[:5]:
    with st.expander(f"Log of {plain(job.title)}, {moment(job.submitted_at)}"):
        st.markdown(plain(job.message) or job.state)
        st.code(jobs.log_text(home, job.id) or "It said nothing.", language="text")
