"""Jobs: the evaluations that were asked for from the app, by whom, when, and how they ended."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import grid_data, job_panel
from pages.shared.start import start
from pages.shared.text import moment, number, plain
from runner import jobs

words = "Evaluations of models, each in a process of its own: they go on if the app is closed."
catalogue = start("Jobs", words, filtered=False).catalogue
home = Path(grid_data.home(catalogue).path)
found = jobs.all_jobs(home)
if not found:
    st.info("Nobody has asked for an evaluation yet: the Generalisation page is where to ask.")
    st.stop()
for job in (job for job in found if job.active):
    job_panel.watch(home, job.id, job.id)
ended = [job for job in found if not job.active]
if ended:
    st.subheader("Ended")
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
    st.caption(
        f"Kept for {jobs.KEPT.days} days. At most {jobs.AT_A_TIME} run at a time, {jobs.LIMIT_S / 60:.0f} min each."
    )
    for job in ended[:5]:
        with st.expander(f"Log of {plain(job.title)}, {moment(job.submitted_at)}"):
            st.markdown(plain(job.message) or job.state)
            st.code(jobs.log_text(home, job.id) or "It said nothing.", language="text")
